"""What students wrote cannot steer a terminal."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from autograder.text import line, lines, points


@given(st.text())
def test_nothing_printed_controls_a_terminal(text):
    allowed = {"\n"}
    assert all(char in allowed or unicodedata.category(char)[0] != "C" for char in lines(text))
    assert not {"\n", "\N{LINE SEPARATOR}", "\N{PARAGRAPH SEPARATOR}"} & set(line(text))


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=300))
def test_honest_words_stay_as_they_are(text):
    assert line(text) == lines(text) == text


def test_escapes_and_bidirectional_marks_are_shown_as_what_they_are():
    assert (
        line("\x1b[31mred\N{RIGHT-TO-LEFT OVERRIDE}")
        == "\N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER}"
    )


def test_a_long_line_is_cut():
    assert line("x" * 10, 5) == "xxxx…"


def test_points_read_as_people_write_them():
    assert points(8.5, 10) == "8.5 of 10"
    assert points(100 / 3, 100) == "33.3333 of 100"
    assert points(None, 10) == "? of 10"
