"""Translate a handout: another lesson text and other docstrings around the same code.

`solutions/<slug>/translations/<language>/` holds `lesson.md` and `docstrings.toml` with `title`, `about`
(the module's docstring) and, under `[tasks]`, one docstring per task, and per method of a task that has one.
"""

from __future__ import annotations

import ast
import doctest
import re
import textwrap
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..kit import TRANSLATIONS, Kit, KitError, read_text
from ..language import HERE as PACKAGE
from ..language import Messages
from ..source_code import Definition, definitions, parse, try_parse
from ..validation import toml_error
from .lesson_text import LESSON_FILE, Part, parse_lesson, plain_lesson
from .stub import YOUR_CODE

TABLE = "docstrings.toml"
# The length of code that an error message shows.
MAX_SHOWN = 80


@dataclass(frozen=True)
class Translation:
    """The translated texts.

    `about` is the module's docstring, `tasks` has the docstrings of the tasks, `lesson` is the lesson text.
    """

    language: str
    title: str
    about: str
    tasks: Mapping[str, str]
    lesson: str

    def put_into(self, source: str) -> str:
        """Return the text of a module with docstrings and comments of stubs replaced, and the same code."""
        tree, lines = parse(source, "<stub>"), source.split("\n")
        texts = [(tree.body[0], self.about)] if ast.get_docstring(tree) else []
        texts += [(node.body[0], self.tasks[name]) for name, node in _documented(tree, self.tasks).items()]
        for statement, text in sorted(texts, key=lambda pair: -pair[0].lineno):
            lines[statement.lineno - 1 : statement.end_lineno] = _literal(text, statement.col_offset)
        messages = Messages()
        messages.choose(self.language, PACKAGE)
        return "\n".join(lines).replace(f"# {YOUR_CODE}", f"# {messages.gettext(YOUR_CODE)}")


def read_translation(root: Path, kit: Kit, module: str, lesson: str | None, language: str) -> Translation:
    """Read a translation of the docstrings of `module` and of `lesson`.

    Raises KitError with one sentence per missing or unexpected text.
    """
    folder = Path("solutions", kit.slug, TRANSLATIONS, language)
    table = _table(root, f"{folder / TABLE}")
    text = read_text(root, f"{folder / LESSON_FILE}") or ""
    problems = [
        *_table_problems(kit, module, table, f"{folder / TABLE}"),
        *_lesson_problems(kit, lesson, text, f"{folder / LESSON_FILE}"),
    ]
    if problems:
        raise KitError("\n".join(problems))
    tasks = {name: docstring.strip() for name, docstring in _task_table(table).items()}
    return Translation(language, table["title"], table.get("about", "").strip(), tasks, text)


def _table(root: Path, where: str) -> dict[str, Any]:
    text = read_text(root, where) or ""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KitError(toml_error(where, text, error)) from error


def _table_problems(kit: Kit, module: str, table: Mapping[str, Any], where: str) -> Iterator[str]:
    """Yield what is missing or unexpected in the table of docstrings."""
    tree = parse(module, "<stub>")
    wanted = {"title": kit.title} | ({"about": about} if (about := ast.get_docstring(tree)) else {})
    yield from _differences(wanted, {key: table[key] for key in table if key != "tasks"}, where, "")
    documented = _documented(tree, kit.tasks)
    originals = {name: ast.get_docstring(node) or "" for name, node in documented.items()}
    yield from _differences(originals, _task_table(table), where, " in [tasks]")


def _task_table(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the table `[tasks]`, empty if it is missing or not a table."""
    tasks = table.get("tasks")
    return tasks if isinstance(tasks, dict) else {}


def _differences(wanted: Mapping[str, str], found: Mapping[str, Any], where: str, part: str) -> Iterator[str]:
    """Yield a sentence for each text that is missing, unexpected, or has other examples than the original."""
    for name, original in wanted.items():
        text = found.get(name)
        if not isinstance(text, str) or not text.strip():
            yield f"{where}: expected the translation of {name}{part}, found none."
        elif '"""' in text or "\\" in text:
            yield f"{where}: expected no backslash and no triple quotes in {name}{part}, found some."
        elif _examples(text) != _examples(original):
            yield f"{where}: expected in {name}{part} the examples of its docstring, found others."
    for name in sorted(set(found) - set(wanted)):
        yield f"{where}: expected {', '.join(wanted)}{part}, found {name}."


def _examples(text: str) -> list[tuple[str, str]]:
    """Return the examples of a docstring: statements without comments, and their output."""
    examples = doctest.DocTestParser().get_examples(textwrap.dedent(text))
    trees = (try_parse(example.source) for example in examples)
    return [
        (example.source if tree is None else ast.unparse(tree), example.want)
        for example, tree in zip(examples, trees, strict=True)
    ]


def _lesson_problems(kit: Kit, original: str | None, text: str, where: str) -> Iterator[str]:
    """Yield what is missing or unexpected in the lesson text."""
    missing = [task for task in kit.tasks if not re.search(rf"<!--\s*task:\s*{task}\s*-->", text)]
    for task in missing:
        yield f"{where}: expected a section with <!-- task: {task} -->, found none."
    if missing:
        return
    own_parts = parse_lesson(original or plain_lesson(kit.title, kit.tasks), kit.tasks)
    try:
        parts = parse_lesson(text, kit.tasks, where)
    except KitError as error:
        yield str(error)
        return
    expected, found = (
        [_without_prints(part) for part in lesson if part.kind != "text"] for lesson in (own_parts, parts)
    )
    if expected != found:
        yield (
            f"{where}: expected the code of the kit's own {LESSON_FILE}, between the same tasks, found "
            f"{_code_difference(expected, found)}."
        )


def _code_difference(expected: Sequence[Part], found: Sequence[Part]) -> str:
    """Return what is missing or additional in the code of a lesson, or that its order differs."""
    for part in expected:
        if part not in found:
            return f"no {part.content[:MAX_SHOWN]!r}"
    for part in found:
        if part not in expected:
            return repr(part.content[:MAX_SHOWN])
    return "other code"


def _without_prints(part: Part) -> Part:
    """Return a part of the lesson's code without the texts that it prints, which a translation changes."""
    if part.kind != "code":
        return part
    tree = parse(part.content, LESSON_FILE)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id == "print":
            texts = [
                each
                for arg in call.args
                for each in (arg.values if isinstance(arg, ast.JoinedStr) else [arg])
            ]
            for text in texts:
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    text.value = ""
    return replace(part, content=ast.unparse(tree))


def _documented(tree: ast.Module, tasks: Collection[str]) -> dict[str, Definition]:
    """Return the tasks, and of classes also the methods with a docstring, by names such as `Layer.call`."""
    found: dict[str, Definition] = {}
    for name, node in definitions(tree).items():
        if name in tasks:
            found[name] = node
            methods = definitions(ast.Module(node.body, [])) if isinstance(node, ast.ClassDef) else {}
            found |= {f"{name}.{key}": each for key, each in methods.items() if ast.get_docstring(each)}
    return found


def _literal(text: str, indent: int) -> list[str]:
    """Return the lines of a docstring as a literal, indented by so many columns."""
    # A quote at the end would join the closing ones.
    quoted = f'"""{text}\n"""' if "\n" in text or text.endswith('"') else f'"""{text}"""'
    return textwrap.indent(quoted, " " * indent).split("\n")
