"""Turns any name into one that file systems take."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.submissions.identity import safe_name


@pytest.mark.parametrize("name", ["alice", "doejane", "jane.doe@school.example", "a-1_b+c", "7", "x" * 80])
def test_plain_names_stay_as_they_are(name):
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("Jane Doe", "Jane_Doe"),
        ('Doe, "Jane"', "Doe_Jane"),
        ("Zoë Müller", "Zoë_Müller"),
        ("=SUM(A1)", "SUM_A1"),
        ("../../etc/passwd", "etc_passwd"),
        ("con", "con"),
        ("com1.txt", "com1_txt"),
        ("..", "student"),
        ("", "student"),
        ("-rf", "rf"),
        ("grades.csv", "grades_csv"),
        ("class.html", "class_html"),
        ("uploads", "uploads"),
        ("requests", "requests"),
        ("overrides.toml", "overrides_toml"),
        ("decisions.jsonl", "decisions_jsonl"),
    ],
)
def test_other_names_stay_readable_and_get_a_hash(name, readable):
    assert safe_name(name).rpartition("~")[0] == readable


@given(st.text())
@example("\ud800")
@example("\0")
@example("李" * 300)
def test_every_name_is_one_short_component_of_a_path(name):
    safe = safe_name(name)
    assert Path(safe).name == safe
    assert safe not in (".", "..")
    assert "\\" not in safe
    assert safe.isprintable()
    assert len(safe.encode()) <= 160
    assert safe_name(safe) == safe or "~" in safe


@given(st.text(), st.text())
@example("Alice", "alice")
@example("Zoë", "Zoe\u0308")
@example("straße", "STRASSE")
@example("a b", "a_b")
def test_different_students_have_different_names_even_where_case_does_not_count(one, other):
    assert (safe_name(one).casefold() == safe_name(other).casefold()) == (one == other)


@given(st.text(max_size=60))
def test_a_file_system_takes_the_name(name):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / safe_name(name)).mkdir()
        assert [path.name for path in Path(folder).iterdir()] == [safe_name(name)]
