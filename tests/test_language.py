"""Messages are English until a catalogue is chosen, and the choice follows option, handout and system."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from autograder.language import SYSTEM, VARIABLE, Messages, preferred, setting


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a Chinese catalogue."""
    catalogue = Catalog(locale="zh", fuzzy=False)
    catalogue.add("{earned:g} of {most:g}", "{earned:g}/{most:g}")
    catalogue.add(("{count} file", "{count} files"), ("{count} 个文件",))
    data = io.BytesIO()
    write_mo(data, catalogue)
    path = tmp_path / "translations/zh/LC_MESSAGES/kit.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(data.getvalue())
    return tmp_path


@pytest.fixture(autouse=True)
def no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (VARIABLE, *SYSTEM):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("language", "text"),
    [("zh", "3/4"), ("zh_CN.UTF-8", "3/4"), ("en", "3 of 4"), ("de_DE.UTF-8", "3 of 4"), ("", "3 of 4")],
)
def test_a_language_without_a_catalogue_is_english(folder: Path, language: str, text: str) -> None:
    messages = Messages()
    assert messages.gettext("{earned:g} of {most:g}", earned=3, most=4) == "3 of 4"
    messages.choose(language, folder)
    assert messages.gettext("{earned:g} of {most:g}", earned=3, most=4) == text


def test_a_message_without_a_translation_stays_english(folder: Path) -> None:
    messages = Messages()
    messages.choose("zh", folder)
    assert messages.gettext("a {brace") == "a {brace"
    assert messages.gettext("") == ""


def test_a_count_chooses_the_form(folder: Path) -> None:
    messages = Messages()
    assert messages.ngettext("{count} file", "{count} files", 2, count=2) == "2 files"
    messages.choose("zh", folder)
    assert messages.ngettext("{count} file", "{count} files", 2, count=2) == "2 个文件"


@pytest.mark.parametrize(
    ("variables", "declared", "language"),
    [
        ({}, None, ""),
        ({"LANG": "zh_CN.UTF-8"}, None, "zh_CN.UTF-8"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "de:en"}, None, "de"),
        ({"LANG": "en_US.UTF-8"}, "zh", "zh"),
        ({"LANG": "zh_CN.UTF-8", VARIABLE: "en"}, "zh", "en"),
    ],
)
def test_the_option_comes_before_the_handout_and_the_system(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], declared: str | None, language: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert preferred(declared) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [(json.dumps({"language": "zh"}), "zh"), ("{}", None), ("[]", None), ("no JSON", None), (None, None)],
)
def test_a_handout_may_declare_its_language(tmp_path: Path, text: str | None, language: str | None) -> None:
    if text is not None:
        (tmp_path / "kit.json").write_text(text, encoding="utf-8")
    assert setting(tmp_path) == language


@pytest.mark.parametrize(
    ("text", "translated"),
    [
        (
            "Expected a built model, received None. Where does it begin?",
            "预期已构建的模型，得到 None。从哪里开始？",
        ),
        ("Expected 4, received 3. The whole.\nOr so.", "预期4，得到 3。整句。\nOr so."),
        ("Expected 4, received 3.", "预期4，得到 3。"),
        ("Expected 4, received ValueError: no 4.", "预期4，得到 ValueError: no 4。"),
        ("Expected 4, received some, in: 2 (Dense). The whole.", "预期4，得到 some, in: 2 (Dense)。整句。"),
        ("The whole.", "整句。"),
        ("Something else.", "Something else."),
    ],
)
def test_the_message_of_a_failed_check_is_translated_part_by_part(
    tmp_path: Path, text: str, translated: str
) -> None:
    catalogue = Catalog(locale="zh", fuzzy=False)
    catalogue.add(
        "Expected {expected}, received {received}. {hint}", "预期{expected}，得到 {received}。{hint}"
    )
    catalogue.add("a built model", "已构建的模型")
    catalogue.add("Where does it begin?", "从哪里开始？")
    catalogue.add("The whole.", "整句。")
    data = io.BytesIO()
    write_mo(data, catalogue)
    path = tmp_path / "translations/zh/LC_MESSAGES/kit.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(data.getvalue())
    messages = Messages()
    assert messages.failure(text) == text
    messages.choose("zh", tmp_path)
    assert messages.failure(text) == translated
