"""The lemmas, theorems and axioms that each step needs where members change.

Those of the base system do not serve: its quorums all overlap.
"""

from __future__ import annotations

from lawful.models.raft_proof.cores_of_theorems import OVERLAP_CORES, THEOREM_CORES

CONFIGURATION_CORES: dict[tuple[str, str], tuple[str, ...]] = {
    **THEOREM_CORES,
    ("time_out", "candidates_not_elected"): (
        "candidates_not_elected",
        "elected_asked",
        "requests_not_ahead",
    ),
    ("win_election", "election_safety"): (
        "election_safety",
        "elected_begins",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("win_election", "elected_by_quorum"): (
        "elected_by_quorum",
        "elected_begins",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("win_election", "created_by_leader"): (
        "created_by_leader",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("win_election", "leader_log_created"): (
        "leader_log_created",
        "leader_log_whole",
        "created_by_leader",
        "logs_created",
    ),
    ("win_election", "leader_log_is_log"): (
        "leader_log_is_log",
        "leaders_elected",
        "elected_begins",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("win_election", "sent_by_leader"): (
        "sent_by_leader",
        "leader_log_created",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("win_election", "acknowledged_of_leader"): (
        "acknowledged_of_leader",
        "leader_log_created",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("win_election", "committed_by_quorum"): (
        "committed_by_quorum",
        "leader_log_created",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("win_election", "committed_by_members"): (
        "committed_by_members",
        "committed_by_quorum",
        "leader_log_created",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("win_election", "acknowledged_kept"): (
        "acknowledged_kept",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("win_election", "votes_for_complete_logs"): (
        "votes_for_complete_logs",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("win_election", "first_without_is_first"): (
        "first_without_is_first",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("win_election", "leader_completeness"): (
        "leader_completeness",
        "winners_complete",
        "committed_by_quorum",
        "leader_log_created",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("win_election", "elected_by_members"): (
        "elected_by_members",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("win_election", "elected_asked"): (
        "elected_asked",
        "elected_begins",
        "only_winner",
        "candidates_asked",
        "candidates_not_elected",
    ),
    ("commit", "state_machine_safety"): (
        "commits_complete",
        "leader_completeness",
        "committed_by_quorum",
        "leader_log_created",
        "leader_log_grows",
        "leader_log_is_log",
        "state_machine_safety",
    ),
    ("commit", "leader_completeness"): (
        "leader_completeness",
        "commits_complete",
        "leader_log_is_log",
    ),
    ("commit", "committed_by_quorum"): (
        "committed_by_quorum",
        "leader_log_is_log",
    ),
    ("commit", "committed_by_members"): (
        "committed_by_members",
        "leader_log_is_log",
    ),
    ("accept_entry", "acknowledged_kept"): (
        "first_without_is_first",
        "acknowledged_kept",
        "sent_by_leader",
        "acknowledged_of_leader",
        "leader_log_created",
        "leader_log_grows",
        "created_by_leader",
        "logs_created",
    ),
    ("accept_entry", "votes_for_complete_logs"): (
        "votes_for_complete_logs",
        "votes_not_ahead_of_voters",
    ),
    ("remove_conflict", "acknowledged_kept"): (
        "first_without_is_first",
        "acknowledged_kept",
        "sent_by_leader",
        "acknowledged_of_leader",
        "leader_log_created",
        "leader_log_grows",
        "created_by_leader",
        "logs_created",
    ),
    ("grant_vote", "votes_for_complete_logs"): (
        "votes_for_complete_logs",
        "acknowledged_kept",
        "first_without_is_first",
        "leader_log_created",
        "leader_log_whole",
        "leader_log_grows",
        "created_by_leader",
        "logs_created",
        "requests_not_ahead",
        "one_request",
        "begun_by_election",
        "elected_by_quorum",
    ),
    ("change_members", "changes_based"): (
        "changes_based",
        "committed_by_members",
        "leader_log_is_log",
        "configuration_in_log",
        "configuration_is_last",
        "replaced_before",
        "replaced_is_last",
    ),
    ("take_request", "candidates_asked"): (
        "candidates_not_elected",
        "candidates_asked",
        "leaders_elected",
    ),
    ("take_request", "created_by_leader"): (
        "created_by_leader",
        "leaders_elected",
        "elected_begins",
    ),
    ("take_request", "leader_log_grows"): (
        "leader_log_is_log",
        "leader_log_grows",
    ),
    ("take_request", "leader_log_whole"): (
        "leader_log_is_log",
        "leader_log_whole",
    ),
    ("take_request", "leader_log_created"): (
        "leader_log_created",
        "leaders_elected",
        "elected_begins",
    ),
    ("take_request", "leader_log_is_log"): (
        "leader_log_is_log",
        "leaders_elected",
        "election_safety",
    ),
    ("take_request", "leader_completeness"): ("leader_completeness",),
    ("take_request", "votes_for_complete_logs"): (
        "votes_for_complete_logs",
        "votes_not_ahead_of_voters",
    ),
    ("change_members", "candidates_asked"): (
        "candidates_not_elected",
        "candidates_asked",
        "leaders_elected",
    ),
    ("change_members", "created_by_leader"): (
        "created_by_leader",
        "leaders_elected",
        "elected_begins",
    ),
    ("change_members", "leader_log_grows"): (
        "leader_log_is_log",
        "leader_log_grows",
    ),
    ("change_members", "leader_log_whole"): (
        "leader_log_is_log",
        "leader_log_whole",
    ),
    ("change_members", "leader_log_created"): (
        "leader_log_created",
        "leaders_elected",
        "elected_begins",
    ),
    ("change_members", "leader_log_is_log"): (
        "leader_log_is_log",
        "leaders_elected",
        "election_safety",
    ),
    ("change_members", "leader_completeness"): ("leader_completeness",),
    ("change_members", "votes_for_complete_logs"): (
        "votes_for_complete_logs",
        "votes_not_ahead_of_voters",
    ),
}

JOINT_CORES = {**CONFIGURATION_CORES, **OVERLAP_CORES}
