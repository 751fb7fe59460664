"""The questions of Otter's zip: test cases that fail unless the plugin replaces their results."""

from __future__ import annotations

from ..handout.otter_tests import question
from ..kit import Kit


def grading_otter_tests(kit: Kit) -> dict[str, bytes]:
    """What Otter's zip needs: its questions with test cases, which fail unless the plugin replaces them."""
    files = {}
    for task in kit.tasks:
        checks = [check for check in kit.checks if check.task == task]
        body = ['raise RuntimeError("The plugin did not replace this result.")'] * len(checks)
        files[f"tests/{task}.py"] = question(task, checks, body)
    return files
