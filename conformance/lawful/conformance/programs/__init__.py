"""Programs of one client, with the model at its side: each answer is compared with what the model allows.

`state_machine` draws them with Hypothesis; what it prints of a failure is a program to paste, for `checked`:

    from lawful.conformance.programs import checked

    with checked("sqlite") as store:
        store.jobs.enqueue(id="a", type="", params=None)
        store.jobs.claim(worker="w", ttl_ms=60000)
"""

from lawful.conformance.programs.checked import CheckedStore, WrongAnswer, checked

__all__ = ["CheckedStore", "WrongAnswer", "checked"]
