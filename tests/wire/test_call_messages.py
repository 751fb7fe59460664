"""Messages of the host arrive as they were sent, and each reply has the number of its call."""

from __future__ import annotations

import time
from socket import socketpair

from hypothesis import given
from hypothesis import strategies as st

from autograder.wire.call_messages import (
    CallRequest,
    Failed,
    FailureKind,
    LoadRequest,
    NumberedCall,
    Reply,
    Returned,
    TraceLine,
    Turn,
)
from autograder.wire.frames import Frame, receive, send
from autograder.wire.handles import Operation

TEXTS = st.text(max_size=20)
PACKED = st.fixed_dictionaries({"layers": st.just([]), "value": TEXTS})
TURNS = st.builds(Turn, TEXTS, TEXTS, st.lists(TEXTS, max_size=3).map(tuple))
REQUESTS = st.builds(
    CallRequest, PACKED, st.binary(max_size=9), st.none() | TURNS, st.none() | st.sampled_from(Operation)
)
LINES = st.builds(TraceLine, st.integers(1, 99), TEXTS, TEXTS)
FAILURES = st.builds(
    Failed, st.sampled_from(FailureKind), TEXTS, TEXTS, TEXTS, st.lists(LINES, max_size=2).map(tuple)
)
REPLIES = FAILURES | st.builds(Returned, PACKED, st.binary(max_size=9))


def sent(frame: Frame) -> Frame:
    """Return what arrives at the other end of a socket."""
    deadline = time.monotonic() + 10
    here, there = socketpair()
    with here, there:
        send(here, frame, deadline)
        return receive(there, deadline)


@given(st.builds(LoadRequest, TEXTS, st.lists(TEXTS, max_size=3), st.booleans(), st.floats(0, 9)))
def test_a_request_to_load_arrives_as_it_was_sent(request_to_load: LoadRequest) -> None:
    assert LoadRequest.from_frame(sent(request_to_load.frame)) == request_to_load


@given(st.builds(NumberedCall, st.integers(1, 99), TEXTS, REQUESTS))
def test_a_call_arrives_as_it_was_sent(call: NumberedCall) -> None:
    assert NumberedCall.from_frame(sent(call.frame)) == call


@given(st.integers(1, 99), REPLIES)
def test_a_reply_has_the_number_of_its_call(number: int, reply: Reply) -> None:
    frame = sent(NumberedCall(number, "f", CallRequest(None)).reply_frame(reply))
    assert frame.head.pop("id") == number
    assert frame == sent(reply.frame)
