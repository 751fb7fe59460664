"""Tests that share something expensive run on one worker."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("groups")
def test_a_group_is_told_to_the_scheduler(request: pytest.FixtureRequest) -> None:
    """The scheduler of pytest-xdist reads groups from the ends of node ids."""
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("groups are for `pytest -n 2 --dist loadgroup`, as `make test` runs it")
    assert request.node.nodeid.endswith("@groups")
