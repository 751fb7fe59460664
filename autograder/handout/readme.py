"""The handout's first page, from `pages/`: one template a language."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.kit import Kit

ENGLISH = "en"


def readme(kit: Kit, stub: str, title: str, language: str = ENGLISH) -> str:
    """The text of `README.md`: tasks with their points, how to run the checks, how to hand in.

    It is in English where there is no page of that language.
    """
    # A page is Markdown, in which nothing is to be escaped.
    pages = Environment(
        loader=PackageLoader("autograder.handout", "pages"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701
    )
    code = {name: text for name, text in kit.given.items() if name.endswith(".py")}
    return pages.select_template([f"readme.{language}.md", f"readme.{ENGLISH}.md"]).render(
        kit=kit,
        title=title,
        due=kit.dates.get("due"),
        rows=list(_rows(kit, stub)),
        together={"points": f"{kit.points():g}", "public": f"{sum(_public(kit, t) for t in kit.tasks):g}"},
        given=[f"`{name.removesuffix('.py')}`" for name in code],
        programs=[name for name, text in code.items() if b"__main__" in text],
    )


def _rows(kit: Kit, stub: str) -> Iterator[dict[str, str]]:
    """A task a row: its name, what it is, and its points."""
    sentences = {n.name: _sentence(n) for n in ast.parse(stub).body if isinstance(n, ast.FunctionDef)}
    for task in kit.tasks:
        points = {"points": f"{kit.points(task):g}", "public": f"{_public(kit, task):g}"}
        yield {"task": task, "sentence": sentences[task], **points}


def _public(kit: Kit, task: str) -> float:
    return sum(check.points for check in kit.checks if check.task == task and not check.hidden)


def _sentence(function: ast.FunctionDef) -> str:
    """The first paragraph of a docstring, safe in a table's cell."""
    paragraph = (ast.get_docstring(function) or "").split("\n\n")[0]
    return " ".join(paragraph.split()).replace("|", "\\|")
