"""What pages know of a kit beyond the reports: titles, the expected networks, the known mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..kit import Kit, KitError
from ..proof.answers import mistakes
from ..proof.expected import expected_networks
from ..records import NetworkRecord

# What students see of hidden checks: what to think about, only whether they passed, or nothing of them.
Hidden = Literal["hint", "outcome", "nothing"]


@dataclass(frozen=True)
class KnownMistake:
    """A wrong answer that a teacher foresaw, told by the checks that fail together."""

    name: str
    about: str
    tasks: frozenset[str]
    fails: frozenset[str]


@dataclass(frozen=True)
class Context:
    """All that is known of a kit; without its repository only the slug."""

    title: str
    hidden: Hidden = "hint"
    expected: Mapping[str, NetworkRecord] = field(default_factory=dict)
    mistakes: tuple[KnownMistake, ...] = ()
    tasks_of: Mapping[str, str] = field(default_factory=dict)


def context_of(slug: str, root: Path | None) -> Context:
    """What the repository says of a kit, or the little that is known without one."""
    try:
        if root is None:
            return Context(slug)
        kit = Kit.load(root, slug)
        known = tuple(
            KnownMistake(answer.name, answer.about, frozenset(answer.tasks), answer.fails)
            for answer in mistakes(root, kit)
        )
    except (KitError, OSError):
        return Context(slug)
    tasks_of = {check.name: check.task for check in kit.checks}
    return Context(kit.title, kit.feedback, expected_networks(root, slug), known, tasks_of)
