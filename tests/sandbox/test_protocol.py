"""Any frame of a child is read as a clean reply or refused, and every end of a child has its sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox.guest.messages import ChildExit, ExitReason
from autograder.sandbox.policy import Limits
from autograder.sandbox.protocol import (
    EXIT_SENTENCES,
    MAX_LINES,
    MAX_NOTES,
    MAX_TEXT,
    BadReply,
    child_died,
    read_loaded,
    read_reply,
)
from autograder.wire.call_messages import Failed, FailureKind, LoadReport, Returned, TraceLine
from autograder.wire.frames import Frame

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
NAMES = st.sampled_from(
    ["ok", "problem", "line", "notes", "id", "raised", "kind", "name", "text", "trace", "value", "number"]
)
HEADS = st.dictionaries(NAMES, JSON | st.dictionaries(NAMES, JSON, max_size=5), max_size=6)


@given(report=JSON | st.dictionaries(NAMES, JSON, max_size=6))
def test_any_report_of_loading_is_read_or_refused(report):
    try:
        loaded = read_loaded(Frame({"loaded": report}), "a.py")
    except BadReply:
        return
    assert isinstance(loaded, LoadReport)
    assert bool(loaded.problem) != loaded.ok
    assert all(text.startswith("a.py") for text in (loaded.problem or "a.py", *loaded.notes))
    assert all(type(text) is str for text in loaded.notes)


@given(head=HEADS)
def test_any_reply_is_read_or_refused(head):
    try:
        reply = read_reply(Frame({"id": 1, **head}), 1)
    except BadReply:
        return
    if isinstance(reply, Failed):
        assert type(reply.kind) is FailureKind
        assert {type(text) for text in (reply.name, reply.type, reply.text)} == {str}
        assert all(
            [type(x) for x in (line.number, line.function, line.text)] == [int, str, str]
            for line in reply.trace
        )
    else:
        assert reply == Returned(head["value"])


def test_a_sentence_names_its_file_once():
    def read(**report):
        return read_loaded(Frame({"loaded": report}), "a.py")

    assert read(problem="a.py, line 3: oops").problem == "a.py, line 3: oops"
    assert read(problem=None, notes=["Full marks by hand."]).notes == ("a.py: Full marks by hand.",)
    assert read().problem == "a.py: loading it failed without a reason."
    assert read(problem="\x00").problem == "a.py: loading it failed without a reason."


def test_a_reply_to_another_call_is_refused():
    with pytest.raises(BadReply, match="this call"):
        read_reply(Frame({"id": 1, "ok": True, "value": 1}), 2)


def test_texts_are_cut_and_clean_and_many_are_few():
    trace = [{"number": n + 1, "function": "f\x1b", "text": "line"} for n in range(50)]
    raised = {"type": "E\u202e", "text": "x" * 10_000, "trace": trace}
    failed = read_reply(Frame({"id": 1, "raised": raised}), 1)
    assert isinstance(failed, Failed)
    assert failed.type == "E"
    assert len(failed.text) == MAX_TEXT
    assert failed.trace == tuple(TraceLine(n + 1, "f", "line") for n in range(50))[-MAX_LINES:]
    notes = read_loaded(Frame({"loaded": {"problem": None, "notes": ["Left out."] * 10_000}}), "a.py").notes
    assert len(notes) == MAX_NOTES


def test_a_value_passes_with_its_blob():
    reply = read_reply(Frame({"id": 3, "ok": True, "value": {"any": 1}, "more": 2}, b"blob"), 3)
    assert reply == Returned({"any": 1}, b"blob")


@pytest.mark.parametrize(
    ("ended", "sentence"),
    [
        (ChildExit(ExitReason.MEMORY), "it used more than 3072 MB of memory"),
        (ChildExit(ExitReason.SCRATCH), "it wrote more than 64 MB or 20000 files"),
        (ChildExit(ExitReason.EXITED, 3), "it exited with status 3"),
        (ChildExit(ExitReason.CPU_TIME, 24), "it used more than 120 s of processor time"),
        (
            ChildExit(ExitReason.KILLED, 9),
            "it closed its connection, or the system ended it because memory or processor time ran out",
        ),
        (ChildExit(ExitReason.CRASHED, 11), "it crashed (SIGSEGV)"),
        (ChildExit(ExitReason.CRASHED, 63), "it crashed (signal 63)"),
        (ChildExit(ExitReason.OUTPUT), "it printed more than 16 MB"),
        (ChildExit(ExitReason.NOT_RELOADED), "it could not be loaded again: why"),
        (ChildExit(ExitReason.UNKNOWN), "it ended"),
    ],
)
def test_every_end_has_a_sentence(ended, sentence):
    assert str(child_died(ended, Limits(), "why")) == sentence


def test_every_reason_has_a_sentence():
    assert set(EXIT_SENTENCES) == set(ExitReason)
