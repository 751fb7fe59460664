"""A sandbox's limits become those of the kernel."""

from __future__ import annotations

from autograder.sandbox.policy import Limits


def test_a_table_changes_what_it_names():
    limits = Limits(call_seconds=2.5, data_mb=100)
    assert (limits.call_seconds, limits.data_mb, limits.load_seconds) == (2.5, 100, 60)
    assert limits.rlimits()["DATA"] == 100 * 1024 * 1024
