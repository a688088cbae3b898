"""The tree of gaps does what a plain list would."""

from __future__ import annotations

from random import Random

import numpy as np

from lawful.checkers.linearizability.monitors.gap_tree import add, first_free, tree_of


def test_the_tree_adds_to_ranges_and_finds_the_first_free_gap() -> None:
    for seed in range(200):
        random = Random(seed)
        plain = [random.randint(-2, 3) for _ in range(random.randint(1, 20))]
        least, added = (array.tolist() for array in tree_of(np.array(plain, np.int32)))
        for _ in range(30):
            first, last = sorted((random.randrange(len(plain) + 1), random.randrange(len(plain) + 1)))
            if first < last:
                amount = random.randint(-2, 2)
                add(least, added, first, last, amount)
                plain[first:last] = [number + amount for number in plain[first:last]]
            begin = random.randrange(len(plain))
            expected = next((gap for gap in range(begin, len(plain)) if plain[gap] <= 0), len(least) // 2)
            assert first_free(least, added, begin) == expected
