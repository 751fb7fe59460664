"""Limits come from a kit's table, and nothing else in it is accepted."""

from __future__ import annotations

import pytest

from autograder.sandbox.policy import Limits


def test_a_table_changes_what_it_names():
    limits = Limits.from_table({"call_seconds": 2.5, "data_mb": 100})
    assert (limits.call_seconds, limits.data_mb, limits.load_seconds) == (2.5, 100, 60)
    assert limits.rlimits()["DATA"] == 100 * 1024 * 1024


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ({"call_secs": 1}, "call_secs"),
        ({"data_mb": "1"}, "data_mb: expected a positive integer such as 1024, found '1'"),
        ({"data_mb": 0}, "found 0"),
        ({"data_mb": 1.5}, "found 1.5"),
        ({"processes": True}, "found True"),
        ({"call_seconds": float("nan")}, "expected a positive number such as 20.0, found nan"),
        ({"call_seconds": -1}, "found -1"),
        ({"address_space_mb": 2**40}, "address_space_mb"),
    ],
)
def test_anything_else_is_refused_by_name(table, found):
    with pytest.raises(ValueError, match=r"\[limits\]") as error:
        Limits.from_table(table)
    assert found in str(error.value)
