"""The lemmas that the steps of an extension need on top of those that `cores` names for Raft without it."""

from __future__ import annotations

SESSION_CORES: dict[tuple[str, str], tuple[str, ...]] = {
    ("accept_entry", "applied_in_log"): (
        "applied_committed",
        "applied_in_log",
        "leader_completeness",
        "committed_by_quorum",
        "sent_by_leader",
        "leader_log_created",
        "leader_log_grows",
    ),
    ("apply_entry", "effects_once"): (
        "sessions_latest",
        "effects_first",
        "state_machine_safety",
    ),
    ("apply_entry", "effects_first"): (
        "sessions_latest",
        "effects_first",
    ),
    ("answer", "answers_agree"): (
        "sessions_of_effects",
        "answers_of_effects",
        "effects_once",
    ),
    ("answer", "answers_of_effects"): (
        "sessions_of_effects",
        "answers_of_effects",
    ),
}
"""What is needed on top where there are sessions (`sessions`)."""
