"""Catalogues hold every message of the sources, translated, and a handout none of a hidden check."""

from __future__ import annotations

import gettext
import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from typer.testing import CliRunner

from autograder.cli import app
from autograder.handout.message_catalogues import (
    catalogue_path,
    check_texts,
    compiled,
    engine_messages,
    ids,
    kit_messages,
    missing,
    problems,
    read_catalogue,
    update,
)
from autograder.kit import Kit, languages, slugs
from autograder.language import HERE as PACKAGE

REPOSITORY = Path(__file__).parents[2]
ENGINE = [("engine", path.name) for path in sorted((PACKAGE / "translations").glob("*"))]
KITS = [(slug, language) for slug in slugs(REPOSITORY) for language in languages(REPOSITORY, slug)]

CHECKS = '''
"""The checks."""
import pytest

def helper():
    """Help the checks."""

@pytest.mark.task("add", points=1, hint="Read it.")
def test_add():
    """The sum
    is right."""
    assert add(1, 2) == 3, "What is the sum?"
    assert add(2, 2) == 4, f"Expected 4 of {name}"
    assert kind == "number"
'''


def translations(data: bytes) -> gettext.GNUTranslations:
    return gettext.GNUTranslations(io.BytesIO(data))


def test_the_texts_of_checks_are_sentences_hints_and_texts_of_several_words() -> None:
    assert check_texts("test_public.py", CHECKS) == {"The sum is right.", "Read it.", "What is the sum?"}


def test_an_f_string_holds_messages_and_the_parts_of_a_failure(tmp_path: Path) -> None:
    source = (
        'text = f"{_(\'total\'):<9}"\nassert found, f"Expected 5, received {found!r}: add both arguments."\n'
        'pattern = re.compile("not a text for people")\n'
    )
    (tmp_path / "card.py").write_text(source, encoding="utf-8")
    assert engine_messages(tmp_path) == {"total"}
    assert check_texts("test_public.py", source) == {"add both arguments."}


def test_an_update_keeps_translations_and_drops_what_is_not_used(tmp_path: Path) -> None:
    path = catalogue_path(tmp_path, "zh")
    catalogue = update(path, "zh", ["one", "two"])
    assert missing(catalogue) == ["one", "two"]
    path.write_text(
        path.read_text("utf-8").replace('msgid "one"\nmsgstr ""', 'msgid "one"\nmsgstr "一"'), "utf-8"
    )
    catalogue = update(path, "zh", ["one", "three"])
    assert (ids(catalogue), missing(catalogue)) == ({"one", "three"}, ["three"])
    assert translations(path.with_suffix(".mo").read_bytes()).gettext("one") == "一"
    before = path.read_bytes()
    update(path, "zh", ["three", "one"])
    assert path.read_bytes() == before


def test_a_compiled_catalogue_holds_the_chosen_messages_of_all() -> None:
    first, second = Catalog(locale="zh"), Catalog(locale="zh")
    first.add("one", "一")
    second.add("two", "二")
    second.add("hidden", "隐藏")
    data = compiled("zh", first, second, only=["one", "two"])
    assert [translations(data).gettext(name) for name in ("one", "two", "hidden")] == ["一", "二", "hidden"]
    assert "隐藏".encode() not in data
    assert data == compiled("zh", first, second, only=["two", "one"])


@pytest.mark.parametrize(
    ("message", "translation", "problem"),
    [
        ("{a} of {b}", "{a}/{b}", ""),
        ("{a} of {b}", "", "Expected a translation of '{a} of {b}', found none."),
        ("{a} of {b}", "{a}/{c}", "Expected the placeholders of '{a} of {b}', found '{a}/{c}'."),
        (("{n} file", "{n} files"), ("{n} 个文件",), ""),
        (("{n} file", "{n} files"), ("文件",), "Expected the placeholders of '{n} file', found '文件'."),
    ],
)
def test_a_translation_has_the_placeholders_of_its_message(
    message: str | tuple[str, str], translation: str | tuple[str], problem: str
) -> None:
    catalogue = Catalog(locale="zh")
    catalogue.add(message, translation)
    assert list(problems(catalogue, [message])) == [problem] * bool(problem)


def test_a_message_that_no_source_has_is_a_problem() -> None:
    catalogue = Catalog(locale="zh")
    catalogue.add("old", "旧")
    assert list(problems(catalogue, [])) == ["Expected messages of the sources, found 'old'."]


@pytest.mark.parametrize(("slug", "language"), [*ENGINE, *KITS])
def test_every_message_is_translated(slug: str, language: str) -> None:
    """Run `kit messages`, then translate what is empty in the catalogue."""
    if slug == "engine":
        folder, messages = PACKAGE, engine_messages(PACKAGE)
    else:
        folder, messages = (
            REPOSITORY / "solutions" / slug,
            kit_messages(REPOSITORY, Kit.load(REPOSITORY, slug)),
        )
    path = catalogue_path(folder, language)
    catalogue = read_catalogue(path, language)
    assert list(problems(catalogue, messages)) == []
    assert path.with_suffix(".mo").read_bytes() == compiled(language, catalogue), "Run `kit messages`."


def test_the_command_updates_catalogues_and_fails_while_a_translation_is_missing(toy_root: Path) -> None:
    path = catalogue_path(toy_root / "solutions/sums", "zh")
    path.parent.mkdir(parents=True)
    result = CliRunner().invoke(app, ["messages", "--root", str(toy_root)])
    count = len(kit_messages(toy_root, Kit.load(toy_root, "sums")))
    name = path.relative_to(toy_root).as_posix()
    assert result.output == f"{name}: {count} messages, {count} without a translation.\n"
    assert result.exit_code == 1
    assert "Divide by how many there are." in path.read_text("utf-8")
    assert path.with_suffix(".mo").is_file()
