"""Extract the messages that students read, and update and compile their catalogues with Babel.

The engine's catalogue is `autograder/translations/<language>/LC_MESSAGES/kit.po`, that of a kit's own words
`solutions/<slug>/translations/<language>/LC_MESSAGES/kit.po`. A handout has both, compiled into one file.
"""

from __future__ import annotations

import ast
import io
import string
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from ..declared_checks import read_checks
from ..files import write_atomic
from ..kit import CHECK_FILES, TRANSLATIONS, Kit, languages, slugs
from ..kit_config import SUPPORT
from ..language import DOMAIN, FAILURE_PARTS
from ..source_code import parse

# The functions that mark a message, and which of their arguments are texts: the first one, or these.
KEYWORDS = {"_": None, "gettext": None, "gettext_noop": None, "ngettext": (1, 2)}
# How Babel extracts the messages of files, by suffix.
METHODS = {".py": "python", ".html": "jinja2.ext:babel_extract"}
# Folders whose messages the engine's catalogue leaves out: kits, which have catalogues of their own, and the
# templates of new kits.
OTHERS = ("kits", "handout/templates")
# Stands for a value in an f-string.
VALUE = "\0"
# A catalogue says nothing about when or by whom it was made, so equal messages make equal files.
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)

# A message: one text, or the singular and the plural.
Id = str | tuple[str, ...]


def catalogue_path(folder: Path, language: str, suffix: str = ".po") -> Path:
    """Return the path of a catalogue below the folder of the package, of a kit's solution or of a handout."""
    return folder / TRANSLATIONS / language / "LC_MESSAGES" / f"{DOMAIN}{suffix}"


def engine_messages(package: Path) -> set[Id]:
    """Return the messages in the engine's modules and pages."""
    found: set[Id] = set()
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package).as_posix()
        if path.suffix in METHODS and not name.startswith(OTHERS):
            found |= _marked(path)
        if path.parent.name == SUPPORT and path.suffix == ".py":
            found |= _sentences(parse(path.read_text(encoding="utf-8"), name))
    return found


def kit_messages(root: Path, kit: Kit, *, hidden: bool = True) -> set[Id]:
    """Return the messages of a kit: of its checks, its support code and its hints.

    Without `hidden`, those of hidden checks are excluded, as in a handout.
    """
    found: set[Id] = set()
    for name in CHECK_FILES if hidden else CHECK_FILES[:1]:
        found |= check_texts(name, kit.files[name].decode())
    for name in kit.given:
        if name.endswith(".py") and not name.startswith(f"{SUPPORT}/"):
            found |= _marked_in(kit.given[name])
    hints = root / "solutions" / kit.slug / "hints.toml"
    if hints.is_file():
        found |= set(_texts(tomllib.loads(hints.read_text(encoding="utf-8"))))
    return found


def check_texts(filename: str, source: str) -> set[Id]:
    """Return the texts of checks: sentences and hints, and every text of several words in their code."""
    found: set[Id] = {
        part for check in read_checks(filename, source) for part in (check.sentence, check.hint)
    }
    return found | _sentences(parse(source, filename))


def _sentences(tree: ast.Module) -> set[Id]:
    """Return the texts for people in a module: those of several words, and what an assertion is about.

    Docstrings and patterns are excluded, and parts of f-strings except of failure messages.
    """
    found: set[Id] = set()
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)]
    docstrings = {ast.get_docstring(node, clean=False) for node in nodes}
    excluded = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            excluded |= {id(part) for part in node.values}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile":
            excluded |= {id(part) for part in node.args}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in excluded else None
        if isinstance(text, str) and " " in text.strip() and text not in docstrings:
            found.add(text)
    return found | set(_subjects(tree)) | set(_failure_parts(tree))


def _failure_parts(tree: ast.Module) -> Iterator[str]:
    """Yield what an f-string such as `f"Expected 4, received {found}. Why?"` says beside its values."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.JoinedStr):
            continue
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else VALUE for part in node.values)
        if found := FAILURE_PARTS.fullmatch(text):
            yield from (part for part in found.groups("") if " " in part and VALUE not in part)


def _subjects(tree: ast.Module) -> Iterator[str]:
    """Yield the first arguments of assertions that are texts, such as `assert_shape("features", …)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2].startswith("assert_"):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def _marked(path: Path) -> set[Id]:
    """Return the messages that a file marks with one of KEYWORDS."""
    if path.suffix == ".py":
        return _marked_in(path.read_bytes())
    found = extract_from_file(METHODS[path.suffix], path, keywords=KEYWORDS)
    return {message for _, message, _, _ in found if message}


def _marked_in(content: bytes) -> set[Id]:
    """Return the messages that a module marks with one of KEYWORDS, also inside f-strings.

    Babel does not look into f-strings before Python 3.12, so this function replaces it.
    """
    found: set[Id] = set()
    for node in ast.walk(parse(content.decode(), "<source>")):
        name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in KEYWORDS:
            count = len(KEYWORDS[name] or (1,))
            values = [arg.value for arg in node.args[:count] if isinstance(arg, ast.Constant)]
            texts = tuple(value for value in values if isinstance(value, str) and value)
            if len(texts) == count:
                found.add(texts[0] if count == 1 else texts)
    return found


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def read_catalogue(path: Path, language: str) -> Catalog:
    """Return a catalogue, empty if there is no such file."""
    if not path.is_file():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def ids(catalogue: Catalog) -> set[Id]:
    """Return the messages of a catalogue, without its header."""
    return {entry.id if isinstance(entry.id, str) else tuple(entry.id) for entry in catalogue if entry.id}


def _empty(language: str) -> Catalog:
    comment = f"# What students read, in {language}. `kit messages` updates this file from the sources."
    return Catalog(
        locale=language,
        header_comment=comment,
        project=DOMAIN,
        creation_date=NO_DATE,
        revision_date=NO_DATE,
        fuzzy=False,
    )


def missing(catalogue: Catalog) -> list[Id]:
    """Return the messages without a complete translation."""
    return [
        message for message in sorted(ids(catalogue), key=_first) if not _complete(catalogue.get(message))
    ]


def update(path: Path, language: str, messages: Iterable[Id]) -> Catalog:
    """Write the catalogue of these messages, keep its translations, and compile it into a `.mo` beside it.

    New messages are added without a translation; all other messages are removed.
    """
    before, after = read_catalogue(path, language), _empty(language)
    for message in sorted(messages, key=_first):
        old = before.get(message)
        after.add(message, old.string if old and not old.fuzzy else None)
    text = io.BytesIO()
    write_po(text, after, width=110, omit_header=False, sort_output=True)
    write_atomic(path, text.getvalue())
    write_atomic(path.with_suffix(".mo"), compiled(language, after))
    return after


def compiled(language: str, *catalogues: Catalog, only: Iterable[Id] | None = None) -> bytes:
    """Return one `.mo` file of several catalogues, with all messages or `only` some of them."""
    wanted, merged = None if only is None else set(only), _empty(language)
    for catalogue in catalogues:
        for message in catalogue:
            if message.id and (wanted is None or message.id in wanted):
                merged.add(message.id, message.string)
    data = io.BytesIO()
    write_mo(data, merged)
    return data.getvalue()


def problems(catalogue: Catalog, messages: Iterable[Id]) -> Iterator[str]:
    """Yield a sentence for each missing translation, other placeholder, and message that no source has."""
    wanted = set(messages)
    for message in sorted(wanted, key=_first):
        original, found = _first(message), catalogue.get(message)
        if not _complete(found):
            yield f"Expected a translation of {original!r}, found none."
        for text in _strings(found):
            if text and _placeholders(text) != _placeholders(original):
                yield f"Expected the placeholders of {original!r}, found {text!r}."
    for message in sorted(ids(catalogue) - wanted, key=_first):
        yield f"Expected messages of the sources, found {_first(message)!r}."


def _first(message: str | Sequence[str]) -> str:
    """Return the text of a message, or the singular of one with a plural."""
    return message if isinstance(message, str) else message[0]


def _strings(message: Message | None) -> tuple[str, ...]:
    if message is None:
        return ()
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _complete(message: Message | None) -> bool:
    return message is not None and not message.fuzzy and bool(_strings(message)) and all(_strings(message))


def _placeholders(text: str) -> set[str]:
    """Return the names of the placeholders in a text; braces that are no placeholders count as none."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        return set()


def update_all(root: Path) -> Iterator[tuple[str, Catalog]]:
    """Update the catalogues of the engine and of all kits; yield the path of each and the result."""
    package = root / "autograder"
    for folder in sorted((package / TRANSLATIONS).glob("*")):
        path = catalogue_path(package, folder.name)
        yield path.relative_to(root).as_posix(), update(path, folder.name, engine_messages(package))
    for slug in slugs(root):
        messages = kit_messages(root, Kit.load(root, slug))
        for language in languages(root, slug):
            path = catalogue_path(root / "solutions" / slug, language)
            yield path.relative_to(root).as_posix(), update(path, language, messages)
