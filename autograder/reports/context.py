"""Collect the information about a kit that pages show besides the reports, and render their templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ..grading.storage import ClassRecord
from ..kit import Kit, KitError
from ..kit_config import Feedback
from ..language import ENGLISH, Messages
from ..language import HERE as PACKAGE
from ..models import NetworkRecord
from ..proof.answers import mistakes
from ..proof.recorded_answers import expected_networks, known_replies
from ..source_code import SourceError
from .wrong_answers import KnownMistake

CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Context:
    """Information about a kit. `feedback` says what students see of hidden checks.

    With `misconceptions`, students read the misconception behind a mistake that was recognized for certain.
    `messages` are those of the students' pages in `language`.
    """

    title: str
    feedback: Feedback = "hint"
    expected: Mapping[str, NetworkRecord] = field(default_factory=dict)
    mistakes: tuple[KnownMistake, ...] = ()
    misconceptions: bool = False
    language: str = ENGLISH
    messages: Messages = field(default_factory=Messages)


def find_context(record: ClassRecord, root: Path | None, language: str = ENGLISH) -> Context:
    """Return a kit's information from the repository, or from the record of the class without one."""
    messages = Messages()
    messages.choose(language, PACKAGE, *([root / "solutions" / record.kit] if root else []))
    recorded = Context(record.title or record.kit, record.feedback, language=language, messages=messages)
    try:
        if root is None:
            return recorded
        kit = Kit.load(root, record.kit)
        replies = known_replies(root, kit.slug)
        known = tuple(
            KnownMistake(
                answer.name,
                answer.about,
                frozenset(answer.tasks),
                answer.fails,
                replies.get(answer.name, {}),
            )
            for answer in mistakes(root, kit)
        )
        expected = expected_networks(root, kit.slug)
    except (KitError, SourceError, OSError):
        return recorded
    return replace(
        recorded,
        title=kit.title,
        feedback=kit.feedback,
        expected=expected,
        mistakes=known,
        misconceptions=kit.config.misconceptions,
    )


def render(name: str, context: Context, **values: Any) -> str:
    """Render a template with autoescaping."""
    template = page_templates("autograder.reports").get_template(name)
    return template.render(language=context.language, _=context.messages.gettext, **values)


def points(value: float | None) -> str:
    """Return a number of points such as `8.5`, or `?` if the grader failed."""
    return "?" if value is None else f"{round(value, 2):g}"


def breakable(name: str) -> Markup:
    """Return a name that may be broken after its underscores."""
    return Markup("_<wbr>").join(escape(part) for part in name.split("_"))


def prose(text: str) -> Markup:
    """Return a text in which names between backticks are shown as code."""
    code = Markup("<code>{}</code>")
    # Every second part was between backticks.
    parts = (code.format(part) if n % 2 else escape(part) for n, part in enumerate(CODE.split(text)))
    return Markup("").join(parts)


@cache
def page_templates(package: str) -> Environment:
    """Return the templates in the folder `html` of a package, with autoescaping.

    They are compiled once, because compiling takes longer than rendering.
    """
    templates = Environment(
        loader=PackageLoader(package, "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["breakable"] = breakable
    templates.filters["points"] = points
    templates.filters["prose"] = prose
    templates.filters["words"] = lambda name: str(name).replace("_", " ")
    return templates
