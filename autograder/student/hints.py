"""Hints one at a time, from a nudge to nearly the answer."""

from __future__ import annotations

from collections.abc import Sequence

from .folder import Handout
from .memory import Memory


def ladder(handout: Handout, task: str, memory: Memory) -> Sequence[str]:
    """All hints for a task: that of the check that fails, or of the first one, and then the kit's own."""
    checks = [check for check in handout.checks if check.task == task]
    failing = [check for check in checks if check.name == memory.failing.get(task)]
    nudges = [check.hint for check in (*failing, *checks)][:1]
    return [*nudges, *handout.about.get("hints", {}).get(task, ())]


def taken(handout: Handout, task: str, memory: Memory) -> Sequence[str]:
    """The hints for a task that were given already."""
    return ladder(handout, task, memory)[: memory.hints.get(task, 0)]


def take(handout: Handout, task: str, memory: Memory) -> Sequence[str]:
    """Give one more hint, if there is one, and remember that; returns all that were given."""
    most = len(ladder(handout, task, memory))
    memory.hints[task] = min(memory.hints.get(task, 0) + 1, most)
    memory.write(handout.state)
    return taken(handout, task, memory)
