"""Renders the templates in `html/`: everything that is put into one is text."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


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
        loader=PackageLoader("autograder.pages", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["points"] = points
    templates.filters["words"] = lambda name: str(name).replace("_", " ")
    return templates
