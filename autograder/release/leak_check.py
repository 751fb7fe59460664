"""Check that nothing for students contains an answer or a part of a hidden check."""

from __future__ import annotations

import ast
import io
import json
import re
import textwrap
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..kit import Kit
from ..proof.answers import Answer, alternatives, solution
from ..proof.prove import public_text

DEPTH = 4


@dataclass(frozen=True)
class Text:
    """A text and its location; `plain` has no spaces, `code` is normalized Python."""

    where: str
    text: str
    plain: str
    code: str

    def has(self, run: str) -> bool:
        """Return whether the text contains `run`, both without spaces."""
        return run in self.plain or run in self.code


def unpacked_files(files: Mapping[str, bytes], depth: int = DEPTH) -> Iterator[tuple[str, bytes]]:
    """Yield all files by path, including those inside zips, wheels and `.npz`."""
    for name, content in files.items():
        yield name, content
        if depth and zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield f"{name}: comment", archive.comment
                inside = {f"{name}: {entry}": archive.read(entry) for entry in archive.namelist()}
            yield from unpacked_files(inside, depth - 1)


def texts(files: Mapping[str, bytes]) -> Iterator[Text]:
    """Yield the text of every file, and of a notebook also each string by itself."""
    # The same file is in several zips.
    without_spaces = cache(_without_spaces)

    def text(where: str, text: str) -> Text:
        return Text(where, text, *without_spaces(text))

    for where, content in unpacked_files(files):
        yield text(where, where)
        whole = content.decode("utf-8", "replace")
        yield text(where, whole)
        if where.endswith((".ipynb", ".json")):
            try:
                data = json.loads(whole)
            except ValueError:
                continue
            yield from (text(where, string) for string in _strings(data))


def without_spaces(text: str) -> str:
    """Return text without spaces and with one kind of quotes."""
    return "".join(text.split()).replace("'", '"')


def normal_lines(source: str) -> list[str]:
    """Return normalized lines of Python without comments and docstrings; raises SyntaxError."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_docstring(body[0]) and len(body) > 1:
            del body[0]
    return [without_spaces(line) for line in ast.unparse(tree).split("\n") if line.strip()]


def _without_spaces(text: str) -> tuple[str, str]:
    """Return a text without spaces, as it is and as normalized Python."""
    try:
        code = "".join(normal_lines(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        code = ""
    return without_spaces(text), code


def _strings(data: Any) -> Iterator[str]:
    """Yield every string in JSON; a notebook's list of lines counts as one string."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        if data and all(isinstance(line, str) for line in data):
            yield "".join(data)
        for item in data:
            yield from _strings(item)
    elif isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from _strings(value)


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


# A line of this length (without spaces) does not occur twice by chance.
LONG = 40
# The shortest one-line answer that counts; shorter ones occur anywhere.
SHORT = 8
# Lines that occur in most code, such as `return model` or `else:`.
TRIVIAL = re.compile(r"(return)?\w*:?")
STAFF_FILES = ("test_hidden.py", "mistakes.py", "alternatives.py", "equivalent.toml", "kit.toml")
REGION = re.compile(r"^[^\n]*### BEGIN SOLUTION\n(.*?)^[^\n]*### END SOLUTION", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Secret:
    """A secret and its name. `words` must not occur as words, `runs` not as text without spaces."""

    name: str
    words: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()

    def found_in(self, text: Text) -> str:
        """Return the part of the secret that occurs in a text, or ""."""
        for run in self.runs:
            if text.has(run):
                return run
        for word in self.words:
            # As a part of a longer number or name it would match by chance.
            before = r"(?<![\w.])" if word[0].isdigit() else r"(?<!\w)"
            if word in text.text and re.search(rf"{before}{re.escape(word)}(?!\w|\.\d)", text.text):
                return word
        return ""


def find_leaks(root: Path, kit: Kit, released: Mapping[str, bytes]) -> list[str]:
    """Return one sentence per file in `released` and secret found in it."""
    hidden = [*_hidden_checks(root, kit), *_hidden_settings(root, kit), *_hidden_inputs(kit)]
    secrets = [*_answers(root, kit), *hidden]
    found: dict[str, None] = {}
    for text in texts(released):
        for secret in secrets:
            if part := secret.found_in(text):
                found[f"{text.where} gives away {secret.name}: “{part[:80]}”."] = None
    return [*_staff_files(kit, released), *found]


def _staff_files(kit: Kit, released: Mapping[str, bytes]) -> Iterator[str]:
    """Yield files that are for staff only, by name or content."""
    inputs = {content: name for name, content in kit.files.items() if name.startswith("hidden/")}
    for where, content in unpacked_files(released):
        name = re.split(r"[/ ]", where)[-1]
        if name in STAFF_FILES or "autograder/kits/" in where:
            yield f"{where} is for staff alone."
        if content in inputs:
            yield f"{where} is the hidden input {inputs[content].removeprefix('hidden/')}."


def _answers(root: Path, kit: Kit) -> Iterator[Secret]:
    """Yield the marked answers and the functions of alternatives."""
    public = without_spaces(public_text(root, kit))
    answer = solution(root, kit)
    for region in REGION.findall(answer.text):
        yield Secret("an answer", runs=_runs(textwrap.dedent(region), public))
    for other in alternatives(root, kit):
        for source in _functions(other, answer):
            yield Secret(f"the right answer {other.name}", runs=_runs(source))


def _functions(other: Answer, base: Answer) -> Iterator[str]:
    """Yield the bodies of the functions that only this answer defines."""
    for node in ast.parse(other.text.removeprefix(base.text)).body:
        if isinstance(node, ast.FunctionDef):
            yield "\n".join(ast.unparse(part) for part in node.body)


def _hidden_checks(root: Path, kit: Kit) -> Iterator[Secret]:
    """Yield names, sentences, hints and code of hidden checks that public checks do not contain."""
    public = kit.files["test_public.py"].decode()
    known = without_spaces(public_text(root, kit))
    said = without_spaces(public)
    functions = {
        node.name: node
        for node in ast.parse(kit.files["test_hidden.py"]).body
        if isinstance(node, ast.FunctionDef)
    }
    for check in kit.checks:
        if check.hidden:
            texts = (without_spaces(text) for text in (check.sentence, check.hint))
            runs = tuple(text for text in texts if text not in said)
            yield Secret(f"the hidden check {check.name}", words=(check.name,), runs=runs)
    for name, node in functions.items():
        source = "\n".join(ast.unparse(part) for part in node.body)
        lines = "".join(normal_lines(public))
        runs = tuple(run for run in _runs(source, known) if run not in lines)
        yield Secret(f"code of the hidden check {name}", runs=runs)


def _hidden_settings(root: Path, kit: Kit) -> Iterator[Secret]:
    """Yield names of hidden settings, and values that occur nowhere in public text."""
    public = public_text(root, kit)
    for name, value in kit.config.settings_hidden.items():
        known = Secret("", words=(str(value),)).found_in(Text("", public, "", ""))
        numbers = (str(value),) if isinstance(value, int | float) and not known else ()
        yield Secret(f"the hidden setting {name}", words=(name, *numbers))


def _hidden_inputs(kit: Kit) -> Iterator[Secret]:
    """Yield the names that hidden checks load, unless a public input has the same name."""
    public = {Path(name).stem for name in kit.given if name.startswith("inputs/")}
    for name in {Path(name).stem for name in kit.files if name.startswith("hidden/")} - public:
        yield Secret(f"the hidden input {name}", words=(name,))


def _runs(source: str, public: str | None = None) -> tuple[str, ...]:
    """Return what identifies code: any two consecutive lines, or a single line as a whole.

    With `public`, the text that students have, also any long line that `public` lacks.
    """
    lines = normal_lines(source)
    telling = [number for number, line in enumerate(lines) if not TRIVIAL.fullmatch(line)]
    if len(telling) == 1:
        whole = lines[telling[0]].removeprefix("return")
        return (whole,) if len(whole) >= SHORT else ()
    pairs = ["".join(lines[first : second + 1]) for first, second in pairwise(telling)]
    long = [lines[number] for number in telling if len(lines[number]) >= LONG]
    single = [line for line in long if public is not None and line not in public]
    return tuple(dict.fromkeys([*pairs, *single]))


def leak_message(found: Sequence[str]) -> str:
    """Return all leaks as one message that says what to do."""
    rows = "\n".join(f"  {leak}" for leak in found)
    return f"Expected nothing secret in what goes to students, found:\n{rows}\nTake it out and release again."
