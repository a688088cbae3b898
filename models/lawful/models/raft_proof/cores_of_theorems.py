"""What the theorems about configurations follow from: lemmas, axioms, and theorems before them.

Here the choice matters more than elsewhere: with all of them a solver goes from entry to entry without an end.
"""

from __future__ import annotations

THEOREM_CORES: dict[tuple[str, str], tuple[str, ...]] = {
    ("follows", "same_configuration"): (
        "configuration_in_log",
        "configuration_is_last",
    ),
    ("follows", "first_apart_replaces_last"): (
        "configuration_in_log",
        "configuration_is_last",
        "replaced_before",
        "replaced_is_last",
    ),
    ("follows", "first_apart_replace_one"): (
        "replaced_before",
        "replaced_is_last",
    ),
    ("follows", "first_apart_not_on_one_path"): (),
    ("follows", "last_or_replaced"): (
        "configuration_in_log",
        "configuration_is_last",
        "replaced_before",
        "replaced_is_last",
        "some_first_apart",
    ),
    ("follows", "created_whole"): (
        "leader_log_created",
        "leader_log_whole",
        "leader_log_grows",
        "created_by_leader",
    ),
    ("follows", "one_term_one_path"): (
        "leader_log_created",
        "leader_log_whole",
        "leader_log_grows",
        "created_by_leader",
    ),
    ("follows", "committed_before_later_terms"): (
        "leader_completeness",
        "committed_by_quorum",
        "created_whole",
        "leader_log_created",
        "leader_log_whole",
        "leader_log_grows",
        "created_by_leader",
    ),
    ("follows", "basis_on_one_path"): (
        "changes_based",
        "committed_by_quorum",
        "created_whole",
    ),
    ("follows", "earlier_not_replaced"): (
        "changes_based",
        "committed_by_quorum",
        "created_whole",
        "one_term_one_path",
        "committed_before_later_terms",
        "basis_on_one_path",
    ),
    ("follows", "basis_of_second"): (
        "changes_based",
        "committed_by_quorum",
    ),
    ("follows", "basis_near_siblings"): (
        "changes_based",
        "committed_by_quorum",
    ),
    ("follows", "basis_keeps_siblings_apart"): (
        "basis_near_siblings",
        "basis_on_one_path",
    ),
    ("follows", "near_where_one_goes_on"): (
        "basis_of_second",
        "first_apart_replaces_last",
        "last_or_replaced",
        "created_whole",
        "changes_based",
    ),
    ("follows", "earlier_is_last_once"): (
        "earlier_not_replaced",
        "created_whole",
        "first_apart_not_on_one_path",
    ),
    ("follows", "earlier_is_last"): (
        "earlier_is_last_once",
        "last_or_replaced",
    ),
    ("follows", "later_keeps_apart"): (
        "earlier_is_last",
        "basis_keeps_siblings_apart",
        "created_whole",
        "first_apart_not_on_one_path",
        "first_apart_replace_one",
    ),
    ("follows", "parted_kept_apart"): (
        "later_keeps_apart",
        "one_term_one_path",
        "first_apart_not_on_one_path",
        "created_whole",
    ),
    ("follows", "near_or_kept_apart_by_cases"): (
        "parted_kept_apart",
        "near_where_one_goes_on",
        "same_configuration",
    ),
    ("follows", "near_or_kept_apart"): (
        "near_or_kept_apart_by_cases",
        "some_first_apart",
    ),
    ("follows", "elected_with_votes"): (
        "begun_by_election",
        "elected_by_quorum",
        "elected_asked",
        "elected_by_members",
    ),
    ("follows", "elected_with_earlier"): (
        "begun_by_election",
        "elected_asked",
        "requests_not_ahead",
    ),
    ("follows", "votes_for_what_is_near"): (
        "committed_by_quorum",
        "committed_by_members",
        "votes_for_complete_logs",
        "leader_completeness",
        "quorums_overlap",
        "adjacent_quorums_overlap",
    ),
    ("follows", "votes_not_kept_apart"): (
        "votes_for_what_is_near",
        "leader_log_created",
        "created_whole",
    ),
    ("follows", "one_winner_where_near"): (
        "one_vote",
        "quorums_overlap",
        "adjacent_quorums_overlap",
    ),
    ("follows", "only_winner"): (
        "near_or_kept_apart",
        "votes_for_what_is_near",
        "elected_with_votes",
        "one_winner_where_near",
        "requests_not_ahead",
        "created_whole",
    ),
    ("follows", "has_what_was_committed_before"): (
        "committed_before_later_terms",
        "committed_by_quorum",
        "leader_completeness",
        "created_whole",
        "leader_log_created",
        "leader_log_grows",
    ),
    ("follows", "complete_where_near_is"): (
        "near_or_kept_apart",
        "has_what_was_committed_before",
        "committed_by_quorum",
        "leader_log_created",
        "created_whole",
    ),
    ("follows", "complete_where_near_is_all"): (
        "complete_where_near_is",
        "committed_by_members",
        "leader_log_created",
    ),
    ("follows", "winners_complete"): (
        "complete_where_near_is_all",
        "votes_for_what_is_near",
        "requests_not_ahead",
    ),
    ("follows", "has_before_first_without"): ("first_without_is_first",),
    ("follows", "not_lost_by_who_is_ahead"): (
        "has_before_first_without",
        "leader_completeness",
        "created_whole",
        "committed_by_quorum",
        "leader_log_created",
        "leader_log_whole",
        "leader_log_grows",
    ),
    ("follows", "not_lost_where_near"): (
        "elected_with_votes",
        "votes_for_complete_logs",
        "leader_log_whole",
        "elected_by_members",
        "quorums_overlap",
        "adjacent_quorums_overlap",
    ),
    ("follows", "not_lost_where_kept_apart"): (
        "votes_not_kept_apart",
        "elected_with_votes",
    ),
    ("follows", "not_lost_by_cases"): (
        "not_lost_where_near",
        "not_lost_by_who_is_ahead",
        "not_lost_where_kept_apart",
        "elected_by_members",
        "elected_with_earlier",
    ),
    ("follows", "not_lost"): (
        "not_lost_by_cases",
        "near_or_kept_apart",
        "elected_with_earlier",
        "leader_log_created",
    ),
    ("follows", "commits_complete"): (
        "not_lost",
        "first_without_is_first",
        "leader_log_created",
        "leader_log_whole",
        "leader_log_grows",
    ),
}

OVERLAP_CORES: dict[tuple[str, str], tuple[str, ...]] = {
    ("follows", "quorums_overlap"): (
        "quorum_of_both_groups",
        "majorities_overlap",
    ),
    ("follows", "adjacent_quorums_overlap"): (
        "quorum_of_both_groups",
        "changes_by_joint",
        "majorities_overlap",
    ),
}
"""With joint consensus what `membership` assumes of quorums is proved."""
