"""Text of unknown origin becomes safe to show."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from autograder.text import clean

ANY = st.text(st.characters(), max_size=200)


@given(text=ANY, most=st.integers(1, 100))
def test_clean_text_is_short_printable_and_encodable(text, most):
    cleaned = clean(text, most)
    assert len(cleaned) <= most
    assert all(c in "\n\t" or unicodedata.category(c)[0] != "C" for c in cleaned)
    cleaned.encode()


@given(text=ANY)
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text, 50), 50) == clean(text, 50)


def test_what_matters_is_kept_and_what_commands_is_dropped():
    assert clean("naïve\t数\x1b[2J\u202eevil\ud800\x00\n", 50) == "naïve\t数[2Jevil\n"
    assert clean("abcdef", 4) == "abc…"
    assert clean(b"abc", 4) == clean(None, 4) == "?"
