"""What pages know of a kit beyond the reports: titles, the expected networks, the known mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..kit import Kit, KitError
from ..models import NetworkRecord
from ..proof.answers import expected_networks, mistakes
from ..source_code import SourceError


def render(name: str, **values: Any) -> str:
    """Fill a template; what comes from submissions is escaped like everything else."""
    return _templates().get_template(name).render(**values)


def points(value: float | None) -> str:
    """`8.5`, or `?` where the grader owes the score."""
    return "?" if value is None else f"{round(value, 2):g}"


@cache
def _templates() -> Environment:
    """Made once: it keeps the templates that it has compiled, which takes longer than to fill one."""
    templates = Environment(
        loader=PackageLoader("autograder.reports", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["points"] = points
    templates.filters["words"] = lambda name: str(name).replace("_", " ")
    return templates


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
    except (KitError, SourceError, OSError):
        return Context(slug)
    tasks_of = {check.name: check.task for check in kit.checks}
    return Context(kit.title, kit.feedback, expected_networks(root, slug), known, tasks_of)
