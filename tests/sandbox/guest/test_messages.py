"""A specification and every message are the same after crossing, and nothing else is read as one."""

from __future__ import annotations

import pytest

from autograder.sandbox.guest.messages import (
    MAX_BYTES,
    TYPES,
    ChildExit,
    Ended,
    EndRequest,
    ExitReason,
    Forked,
    ForkRequest,
    Ready,
    RequestFailed,
    Spec,
    StartFailed,
    decode,
    encode,
)

MESSAGES = [
    ForkRequest("1.1"),
    EndRequest("1.2"),
    Ready({"fontlist-v1.json": "{}"}),
    StartFailed("Traceback"),
    Forked("1.1"),
    Ended("1.2", ExitReason.CRASHED, 11),
    RequestFailed("1.3", "OSError"),
]


def test_a_spec_is_the_same_after_crossing():
    spec = Spec(
        "transfer",
        ("lesson",),
        ("font-lists",),
        "lesson.prepare",
        3,
        ("/kit",),
        ("/tmp",),
        rlimits={"AS": 1},
        fonts={"fontlist-v1.json": "{}"},
        readable=("/a",),
    )
    assert Spec.from_json(spec.to_json()) == spec


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_is_the_same_after_crossing(message):
    assert decode(encode(message)) == message
    assert len(encode(message)) < MAX_BYTES


def test_every_type_of_message_is_tried():
    assert {type(message) for message in MESSAGES} == set(TYPES.values())


def test_the_end_of_a_child_has_a_reason_after_crossing():
    ended = decode(encode(Ended("1", ExitReason.CRASHED, 11)))
    assert isinstance(ended, Ended)
    assert ended.exit == ChildExit(ExitReason.CRASHED, 11)
    assert type(ended.exit.reason) is ExitReason


@pytest.mark.parametrize("data", [b"", b"{}", b'{"message": "Spy"}', b'{"message": "Forked"}', b"{1}"])
def test_anything_else_is_refused(data):
    with pytest.raises(ValueError, match=r"Expected a message|Expecting"):
        decode(data)
