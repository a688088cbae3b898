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

SNAPSHOT_CORES: dict[tuple[str, str], tuple[str, ...]] = {
    ("win_election", "offered_committed"): (
        "offered_committed",
        "leader_log_created",
        "begun_by_election",
        "candidates_not_elected",
        "elected_by_quorum",
        "one_vote",
    ),
    ("accept_entry", "logs_follow_snapshots"): (
        "logs_follow_snapshots",
        "sent_by_leader",
        "leader_log_created",
        "leader_log_whole",
        "leader_log_grows",
        "created_by_leader",
        "logs_created",
    ),
    ("take_snapshot", "snapshots_agree"): (
        "snapshots_committed",
        "snapshots_agree",
        "state_machine_safety",
    ),
    ("send_snapshot", "offered_committed"): (
        "offered_committed",
        "logs_follow_snapshots",
        "snapshots_committed",
        "leader_log_is_log",
    ),
    ("install_snapshot", "logs_created"): (
        "offered_committed",
        "leader_log_created",
        "logs_created",
    ),
    ("install_snapshot", "acknowledged_of_leader"): (
        "offered_committed",
        "acknowledged_of_leader",
    ),
    ("install_snapshot", "acknowledged_kept"): (
        "offered_committed",
        "leader_completeness",
        "acknowledged_kept",
        "acknowledged_of_leader",
        "leader_log_created",
        "leader_log_grows",
    ),
    ("install_snapshot", "votes_for_complete_logs"): (
        "votes_for_complete_logs",
        "votes_not_ahead_of_voters",
    ),
    ("install_snapshot", "snapshots_agree"): (
        "offered_committed",
        "snapshots_committed",
        "snapshots_agree",
        "state_machine_safety",
    ),
    ("install_snapshot", "dropped_covered"): (
        "offered_committed",
        "snapshots_committed",
        "dropped_covered",
        "state_machine_safety",
    ),
    ("install_snapshot", "snapshots_committed"): (
        "offered_committed",
        "snapshots_committed",
    ),
}
"""What is needed on top where there are snapshots (`snapshots`)."""

LEASE_CORES: dict[tuple[str, str], tuple[str, ...]] = {
    ("time_out", "promises_kept"): (
        "promises_kept",
        "timers_outlast_leases",
    ),
    ("grant_vote", "promises_kept"): (
        "promises_kept",
        "timers_outlast_leases",
    ),
    ("restart", "timers_outlast_leases"): (
        "timers_outlast_leases",
        "promises_after_rounds",
    ),
    ("begin_round", "timers_outlast_leases"): (
        "timers_outlast_leases",
        "promises_after_rounds",
    ),
    ("begin_round", "promises_kept"): (
        "promises_kept",
        "promises_after_rounds",
    ),
    ("answer_heartbeat", "promises_after_rounds"): (
        "rounds_not_ahead",
        "promises_after_rounds",
    ),
    ("answer_heartbeat", "timers_outlast_leases"): (
        "timers_outlast_leases",
        "rounds_not_ahead",
        "promises_after_rounds",
    ),
    ("answer_heartbeat", "promises_kept"): (
        "promises_kept",
        "votes_not_ahead_of_voters",
    ),
    ("serve_read", "reads_not_stale"): (
        "reads_not_stale",
        "before_reads_served",
        "promises_kept",
        "state_machine_safety",
        "committed_by_quorum",
        "leader_log_created",
        "leader_log_whole",
        "begun_by_election",
        "elected_by_quorum",
    ),
}
"""What is needed on top where there are leases (`lease`)."""
