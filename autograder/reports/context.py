"""Collect what pages show of a kit beyond the reports, and fill their templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..grading.storage import ClassRecord
from ..kit import Kit, KitError
from ..kit_config import Feedback
from ..models import NetworkRecord
from ..proof.answers import expected_networks, mistakes
from ..source_code import SourceError


@dataclass(frozen=True)
class KnownMistake:
    """A wrong answer that a teacher foresaw, recognised by the checks that fail together."""

    name: str
    about: str
    tasks: frozenset[str]
    fails: frozenset[str]


@dataclass(frozen=True)
class Context:
    """What is known of a kit. `hidden` is what students see of hidden checks."""

    title: str
    hidden: Feedback = "hint"
    expected: Mapping[str, NetworkRecord] = field(default_factory=dict)
    mistakes: tuple[KnownMistake, ...] = ()
    tasks_of: Mapping[str, str] = field(default_factory=dict)


def find_context(record: ClassRecord, root: Path | None) -> Context:
    """Return what the repository says of a kit, or what the record of the class does without one."""
    recorded = Context(record.title or record.kit, record.feedback)
    try:
        if root is None:
            return recorded
        kit = Kit.load(root, record.kit)
        known = tuple(
            KnownMistake(answer.name, answer.about, frozenset(answer.tasks), answer.fails)
            for answer in mistakes(root, kit)
        )
        expected = expected_networks(root, kit.slug)
    except (KitError, SourceError, OSError):
        return recorded
    tasks_of = {check.name: check.task for check in kit.checks}
    return Context(kit.title, kit.feedback, expected, known, tasks_of)


def render(name: str, **values: Any) -> str:
    """Render a template with autoescaping."""
    return _templates().get_template(name).render(**values)


def points(value: float | None) -> str:
    """Return `8.5`, or `?` where the grader failed."""
    return "?" if value is None else f"{round(value, 2):g}"


@cache
def _templates() -> Environment:
    """Return the templates, compiled once: compiling one takes longer than filling it."""
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
