"""Collect what pages show beyond the reports: titles, expected networks, known mistakes."""

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
    """Render a template with autoescaping."""
    return _templates().get_template(name).render(**values)


def points(value: float | None) -> str:
    """Format points such as `8.5`, or `?` for a missing score."""
    return "?" if value is None else f"{round(value, 2):g}"


@cache
def _templates() -> Environment:
    """Created once: compiling a template takes longer than rendering it."""
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


# What students see of hidden checks: the hint, only the outcome, or nothing.
Hidden = Literal["hint", "outcome", "nothing"]


@dataclass(frozen=True)
class KnownMistake:
    """A known wrong answer, recognized by the checks that fail together."""

    name: str
    about: str
    tasks: frozenset[str]
    fails: frozenset[str]


@dataclass(frozen=True)
class Context:
    """What is known about a kit; without its repository only the slug."""

    title: str
    hidden: Hidden = "hint"
    expected: Mapping[str, NetworkRecord] = field(default_factory=dict)
    mistakes: tuple[KnownMistake, ...] = ()
    tasks_of: Mapping[str, str] = field(default_factory=dict)


def context_of(slug: str, root: Path | None) -> Context:
    """Return the context of a kit from its repository, if there is one."""
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
