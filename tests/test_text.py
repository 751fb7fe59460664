"""Text of unknown origin is safe to store and to show."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.text import ELLIPSIS, INVISIBLE, REPLACEMENT, clean, clean_line, points

ANY = st.text(st.characters(), max_size=200)
UNSAFE = st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]), max_size=50)
HONEST = st.text(
    st.characters(categories=["L", "N", "P", "S"], exclude_characters="".join(INVISIBLE)), max_size=300
)
OPTIONS = st.fixed_dictionaries(
    {
        "max_length": st.none() | st.integers(1, 100),
        "newlines": st.booleans(),
        "joiners": st.booleans(),
        "replacement": st.sampled_from(["", REPLACEMENT]),
    }
)


def unsafe(text, *, newlines, joiners):
    """Return the characters of `text` that an output must not have."""
    allowed = ("\n\t" if newlines else "") + ("\u200c\u200d" if joiners else "")
    return [
        char
        for char in text
        if char not in allowed
        and (unicodedata.category(char)[0] == "C" or unicodedata.category(char) in ("Zl", "Zp"))
    ]


@given(text=ANY | UNSAFE, options=OPTIONS)
def test_clean_text_has_nothing_unsafe_and_can_be_encoded(text, options):
    cleaned = clean(text, **options)
    assert unsafe(cleaned, newlines=options["newlines"], joiners=options["joiners"]) == []
    assert not INVISIBLE & set(cleaned)
    cleaned.encode()


@given(text=ANY | UNSAFE, options=OPTIONS)
def test_clean_text_is_no_longer_than_asked_for(text, options):
    assert len(clean(text, **options)) <= (options["max_length"] or len(text))


@given(text=ANY | UNSAFE, options=OPTIONS)
def test_cleaning_twice_changes_nothing(text, options):
    once = clean(text, **options)
    assert clean(once, **options) == once


@given(HONEST)
def test_honest_text_stays_as_it_is(text):
    assert clean_line(text) == clean(text) == clean(text, 300, newlines=False) == text


@given(ANY | UNSAFE)
def test_a_line_has_no_line_break(text):
    assert len(clean_line(text).splitlines()) <= 1
    assert "\t" not in clean_line(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@pytest.mark.parametrize(
    ("name", "char"),
    [
        ("null", "\0"),
        ("escape", "\x1b"),
        ("carriage return", "\r"),
        ("backspace", "\b"),
        ("delete", "\x7f"),
        ("C1 control sequence introducer", "\x9b"),
        ("soft hyphen", "\xad"),
        ("right-to-left override", "\u202e"),
        ("right-to-left isolate", "\u2067"),
        ("right-to-left mark", "\u200f"),
        ("zero-width space", "\u200b"),
        ("word joiner", "\u2060"),
        ("byte order mark", "\ufeff"),
        ("tag letter", "\U000e0041"),
        ("line separator", "\u2028"),
        ("surrogate", "\ud800"),
        ("private use", "\ue000"),
        ("noncharacter", "\uffff"),
        ("Hangul filler", "\u3164"),
        ("combining grapheme joiner", "\u034f"),
    ],
)
def test_each_kind_of_unsafe_character_is_replaced_or_removed(name, char):
    assert clean(f"a{char}b") == f"a{REPLACEMENT}b", name
    assert clean(f"a{char}b", replacement="") == "ab", name
    assert clean(f"a{char}b", newlines=False, joiners=True) == f"a{REPLACEMENT}b", name


@pytest.mark.parametrize(
    ("text", "options", "cleaned"),
    [
        ("naïve\t数\x1b[2J\u202eevil\ud800\x00\n", {"replacement": ""}, "naïve\t数[2Jevil\n"),
        ("\x1b[31mred\u202e", {}, f"{REPLACEMENT}[31mred{REPLACEMENT}"),
        ("abcdef", {"max_length": 4}, "abc…"),
        ("\0" * 3 + "abc", {"max_length": 3, "replacement": ""}, "abc"),
        ("a\nb\tc", {}, "a\nb\tc"),
        ("a\nb\tc", {"newlines": False}, f"a{REPLACEMENT}b{REPLACEMENT}c"),
        ("می\u200cخواهم", {"joiners": True}, "می\u200cخواهم"),
        ("👩\u200d💻", {}, f"👩{REPLACEMENT}💻"),
        ("❤\ufe0f non-breaking\xa0space", {}, "❤\ufe0f non-breaking\xa0space"),
        (b"abc", {}, "?"),
        (None, {"max_length": 4}, "?"),
        (5, {}, "?"),
    ],
)
def test_examples(text, options, cleaned):
    assert clean(text, **options) == cleaned


def test_the_methods_of_a_subclass_are_not_called():
    class Text(str):
        __slots__ = ()

        def __str__(self):
            raise RuntimeError

        def __len__(self):
            raise RuntimeError

        def __getitem__(self, key):
            raise RuntimeError

    assert type(clean(Text("abc"), 5)) is str
    assert clean(Text("abcdef"), 4) == "abc" + ELLIPSIS


def test_a_line_is_cut_and_its_white_space_is_folded():
    assert clean_line("x" * 10, 5) == "xxxx…"
    assert clean_line(" a\n\n  b\tc\u2028d ") == "a b c d"
    assert clean_line("\x1b[31mred\N{RIGHT-TO-LEFT OVERRIDE}") == f"{REPLACEMENT}[31mred{REPLACEMENT}"


def test_points_read_as_people_write_them():
    assert points(8.5, 10) == "8.5 of 10"
    assert points(100 / 3, 100) == "33.3333 of 100"
    assert points(None, 10) == "? of 10"
