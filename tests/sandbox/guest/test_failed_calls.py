"""An exception becomes plain data."""

from __future__ import annotations

import bdb
import io
import pickle
import sys
from types import SimpleNamespace

import pytest

from autograder.sandbox.guest.failed_calls import MAX_LINES, MAX_TEXT, Definitions, describe, text_of

HERE = Definitions(frozenset([__file__]))


def caught(function) -> BaseException:
    with pytest.raises(BaseException) as info:  # noqa: PT011 - any
        function()
    return info.value


def test_only_lines_of_the_given_files_are_told():
    def raises():
        return max([])

    described = describe(caught(raises), "raises", HERE)
    assert described.type == "ValueError"
    assert (described.trace[-1].function, described.trace[-1].text) == ("raises", "return max([])")
    assert describe(caught(raises), "raises", Definitions()).trace == ()


def test_what_is_not_implemented_is_recognised_by_its_base():
    class Later(NotImplementedError):
        pass

    assert describe(Later(), "f", HERE).type == "NotImplementedError"


def test_only_the_last_lines_of_a_deep_trace_are_told():
    def deep(n):
        return deep(n - 1) if n else 1 / 0

    trace = describe(caught(lambda: deep(100)), "deep", HERE).trace
    assert len(trace) == MAX_LINES
    assert trace[-1].text == "return deep(n - 1) if n else 1 / 0"


def test_texts_are_cut_and_plain():
    class Text(str):
        __slots__ = ()

        def __len__(self):
            return 0

        def __str__(self):
            raise AssertionError("never asked")

    assert text_of(ValueError("x" * 10_000)) == "x" * (MAX_TEXT - 1) + "…"
    assert type(text_of(ValueError(Text("abc")))) is str
    assert text_of(ValueError("\x1b[1mNo\x1b[0m\x07 [1m")) == "No [1m"


def test_where_a_package_is_installed_is_not_told():
    with pytest.raises(ImportError) as raised:
        exec("from json import nothing_such", {})
    assert text_of(raised.value) == "cannot import name 'nothing_such' from 'json'"


def test_a_debugger_that_was_left_is_named():
    assert text_of(bdb.BdbQuit()) == "a debugger gets no input here: delete `set_trace()`"


@pytest.mark.parametrize(
    ("code", "is_advised"),
    [
        ("input()", True),
        ("def ask(): return input('?')\nask()", True),
        ("pickle.loads(b'')", False),
        ("def read(model): return pickle.loads(model.input)\nread(Model)", False),
    ],
)
def test_only_whoever_asks_for_input_is_told_that_nobody_answers(monkeypatch, code, is_advised):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(EOFError) as raised:
        exec(compile(code, "sums.py", "exec"), {"pickle": pickle, "Model": SimpleNamespace(input=b"")})
    assert ("nobody answers `input()`" in text_of(raised.value)) == is_advised


def test_an_exception_that_exits_while_it_is_printed_is_told():
    class Rude(Exception):
        def __str__(self):
            raise SystemExit

    assert text_of(Rude()) == "(the exception has no readable text)"


def test_an_exception_that_cannot_be_compared_keeps_its_text():
    class Incomparable(ValueError):
        __hash__ = None

        def __eq__(self, other):
            raise RuntimeError("never asked")

    def raises():
        try:
            raise Incomparable("first")
        except ValueError as error:
            raise Incomparable("second") from error

    assert text_of(caught(raises)) == "second"
