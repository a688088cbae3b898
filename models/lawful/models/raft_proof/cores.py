"""The lemmas that each step of the proof of Raft needs, where it is not just the lemma that it keeps.

Found by `lawful prove raft --find-cores`: in a small instance first, then made smaller for any number of servers. A
wrong table makes a proof slow or unknown, and never true: whatever is assumed here is a lemma that is proved itself.
"""

from __future__ import annotations

CORES: dict[tuple[str, str], tuple[str, ...]] = {
    ("time_out", "one_vote"): (
        "votes_not_ahead_of_voters",
        "one_vote",
    ),
    ("time_out", "candidates_not_elected"): (
        "votes_for_candidates",
        "candidates_not_elected",
        "elected_by_quorum",
        "votes_not_ahead_of_voters",
    ),
    ("time_out", "one_request"): (
        "requests_not_ahead",
        "one_request",
    ),
    ("time_out", "requests_not_ahead"): (
        "logs_created",
        "requests_not_ahead",
    ),
    ("time_out", "votes_for_complete_logs"): (
        "votes_for_complete_logs",
        "acknowledged_kept",
        "votes_for_candidates",
        "requests_not_ahead",
        "votes_not_ahead_of_voters",
    ),
    ("grant_vote", "votes_not_ahead_of_voters"): (
        "requests_not_ahead",
        "votes_not_ahead_of_voters",
    ),
    ("grant_vote", "votes_for_candidates"): (
        "votes_for_candidates",
        "own_votes",
    ),
    ("grant_vote", "votes_for_complete_logs"): (
        "votes_for_complete_logs",
        "leader_completeness",
        "acknowledged_kept",
        "leader_log_created",
        "leader_log_whole",
        "leader_log_grows",
        "created_by_leader",
        "logs_created",
        "requests_not_ahead",
        "one_request",
    ),
    ("win_election", "election_safety"): (
        "elected_by_quorum",
        "one_vote",
    ),
    ("win_election", "elected_by_quorum"): (
        "elected_by_quorum",
        "one_vote",
    ),
    ("win_election", "created_by_leader"): (
        "created_by_leader",
        "begun_by_election",
        "candidates_not_elected",
        "elected_by_quorum",
        "one_vote",
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
        "elected_by_quorum",
        "one_vote",
    ),
    ("win_election", "sent_by_leader"): (
        "sent_by_leader",
        "leader_log_created",
        "begun_by_election",
        "candidates_not_elected",
        "elected_by_quorum",
        "one_vote",
    ),
    ("win_election", "acknowledged_of_leader"): (
        "acknowledged_of_leader",
        "leader_log_created",
        "begun_by_election",
        "candidates_not_elected",
        "elected_by_quorum",
        "one_vote",
    ),
    ("win_election", "committed_by_quorum"): (
        "committed_by_quorum",
        "leader_log_created",
        "begun_by_election",
        "candidates_not_elected",
        "elected_by_quorum",
        "one_vote",
    ),
    ("win_election", "leader_completeness"): (
        "votes_for_complete_logs",
        "leader_completeness",
        "leader_log_created",
        "leader_log_whole",
        "created_by_leader",
        "requests_not_ahead",
        "candidates_asked",
        "votes_not_ahead_of_voters",
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
    ("take_request", "leader_completeness"): (
        "leader_completeness",
        "acknowledged_of_leader",
        "begun_by_election",
        "elected_by_quorum",
        "votes_not_ahead_of_voters",
    ),
    ("take_request", "votes_for_complete_logs"): (
        "votes_for_complete_logs",
        "votes_not_ahead_of_voters",
    ),
    ("send_entry", "sent_by_leader"): (
        "sent_by_leader",
        "leader_log_is_log",
    ),
    ("accept_entry", "logs_created"): (
        "sent_by_leader",
        "leader_log_created",
        "logs_created",
    ),
    ("accept_entry", "acknowledged_of_leader"): (
        "acknowledged_of_leader",
        "sent_by_leader",
    ),
    ("accept_entry", "acknowledged_kept"): (
        "leader_completeness",
        "acknowledged_kept",
        "sent_by_leader",
        "leader_log_created",
        "leader_log_whole",
        "leader_log_grows",
        "created_by_leader",
        "logs_created",
    ),
    ("accept_entry", "votes_for_complete_logs"): (
        "votes_for_complete_logs",
        "votes_not_ahead_of_voters",
    ),
    ("commit", "state_machine_safety"): (
        "leader_completeness",
        "committed_by_quorum",
        "acknowledged_of_leader",
        "leader_log_created",
        "leader_log_grows",
    ),
    ("commit", "committed_by_quorum"): (
        "committed_by_quorum",
        "acknowledged_of_leader",
    ),
}

READ_CORES: dict[tuple[str, str], tuple[str, ...]] = {
    ("win_election", "later_electors_do_not_confirm"): (
        "later_electors_do_not_confirm",
        "before_reads_committed",
        "committed_by_quorum",
        "leader_log_created",
        "begun_by_election",
        "candidates_not_elected",
        "elected_by_quorum",
        "one_vote",
    ),
    ("confirm_read", "later_electors_do_not_confirm"): (
        "later_electors_do_not_confirm",
        "before_reads_committed",
        "committed_by_quorum",
        "leader_log_created",
        "begun_by_election",
        "elected_by_quorum",
        "votes_not_ahead_of_voters",
    ),
    ("ask_read", "reads_not_stale"): (
        "reads_not_stale",
        "served_by_quorum",
    ),
    ("ask_read", "reads_see_earlier_terms"): (
        "reads_see_earlier_terms",
        "before_reads_committed",
        "state_machine_safety",
        "committed_by_quorum",
        "leader_log_whole",
        "leader_log_created",
    ),
    ("ask_read", "later_electors_do_not_confirm"): (
        "later_electors_do_not_confirm",
        "confirmed_after_asked",
    ),
    ("serve_read", "reads_not_stale"): (
        "reads_not_stale",
        "reads_see_earlier_terms",
        "later_electors_do_not_confirm",
    ),
}
"""What is needed on top of that where there are reads (`read_index`)."""
