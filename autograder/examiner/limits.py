"""A kit's table `[limits]`, told apart: what holds for submissions, and what for the examiner itself."""

from __future__ import annotations

from typing import Any

from ..kit import Kit

# Between two signs of life of the examining fork, such as the ends of two checks.
CHECK_SECONDS = 120.0


def check_seconds(kit: Kit) -> float:
    """How long one check may take, all its calls and trainings together."""
    return float(kit.config.get("limits", {}).get("check_seconds", CHECK_SECONDS))


def sandbox_limits(kit: Kit) -> dict[str, Any]:
    """What is for `sandbox.Limits.of`."""
    return {name: value for name, value in kit.config.get("limits", {}).items() if name != "check_seconds"}
