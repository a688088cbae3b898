"""The search through all states of a distributed algorithm that is made of local steps (`models.local_steps`).

Read in this order: `explorer` (the search), `step_table` (steps, worked out once), `fingerprints` (which states were
seen), `invariants`, `soundness` (what a model must keep to), `behaviour` (a counterexample, and how it is replayed).

What helps a search is apart: `reduction` (orders of steps that need not be taken), `team` (several processes), `exact`
(states instead of fingerprints), `store` and `runs` (what does not fit into memory).

`liveness` asks on the same tables whether what is promised to happen does happen.

`checkers.schedules` searches too, and is another machine: there, clients share one store and a position holds what
every client saw so far, so that no step is local, and what is judged is a history and not a state.
"""
