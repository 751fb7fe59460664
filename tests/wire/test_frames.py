"""Frames: one JSON object and one blob, within limits that are checked before anything is read or parsed."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.wire import frames
from autograder.wire.frames import Frame, FrameError, parse, receive, send

SOON = 5.0


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    left, right = socket.socketpair()
    with left, right:
        yield left, right


def soon() -> float:
    return time.monotonic() + SOON


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(head=st.dictionaries(st.text(), json_values, max_size=5), blob=st.binary(max_size=200))
def test_what_is_sent_is_received(head: dict[str, Any], blob: bytes) -> None:
    left, right = socket.socketpair()
    with left, right:
        send(left, Frame(head, blob), soon())
        assert receive(right, soon()) == Frame(head, blob)


def test_frames_keep_their_order(ends: tuple[socket.socket, socket.socket]) -> None:
    left, right = ends
    for number in range(3):
        send(left, Frame({"number": number}, bytes([number])), soon())
    assert [receive(right, soon()) for _ in range(3)] == [Frame({"number": n}, bytes([n])) for n in range(3)]


def test_a_blob_larger_than_any_buffer_crosses(ends: tuple[socket.socket, socket.socket]) -> None:
    left, right = ends
    blob = bytes(range(256)) * 16_384
    sender = threading.Thread(target=send, args=(left, Frame({}, blob), soon()))
    sender.start()
    assert receive(right, soon()).blob == blob
    sender.join()


@given(st.binary(max_size=300))
def test_any_text_is_an_object_or_refused(text: bytes) -> None:
    with contextlib.suppress(FrameError):
        assert type(parse(text)) is dict


@given(st.text(alphabet='[]{}",:\\u0-9eE.NaIfiny \n', max_size=200))
def test_any_text_that_looks_like_json_is_an_object_or_refused(text: str) -> None:
    with contextlib.suppress(FrameError):
        assert type(parse(text.encode())) is dict


@given(st.binary(min_size=8, max_size=64))
def test_any_bytes_on_the_socket_are_a_frame_or_refused(data: bytes) -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(data)
        left.close()
        with pytest.raises((FrameError, EOFError)):
            receive(right, soon())


BAD_TEXTS = {
    "a list": b"[]",
    "a number": b"7",
    "nothing": b"",
    "NaN": b'{"a":NaN}',
    "minus infinity": b'{"a":-Infinity}',
    "a number beyond floats": b'{"a":1e999}',
    "a number of 5,000 digits": b'{"a":' + b"9" * 5000 + b"}",
    "a repeated key": b'{"a":1,"a":2}',
    "a repeated key inside": b'{"a":[{"b":1,"b":2}]}',
    "bytes that are not ASCII": '{"a":"é"}'.encode(),
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "200,000 open brackets": b"[" * 200_000,
    "65 levels": b'{"a":' + b"[" * 64 + b"]" * 64 + b"}",
    "100,000 values": b'{"a":[' + b"0," * 100_000 + b"0]}",
    "a string that never ends": b'{"a":"' + b'\\"' * 100_000,
    "two objects": b"{}{}",
}


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_bad_texts_are_refused(text: bytes) -> None:
    with pytest.raises(FrameError):
        parse(text)


def test_brackets_and_commas_inside_strings_do_not_count() -> None:
    text = json.dumps({"code": '[{",\\' * 20_000})
    assert parse(text.encode())["code"] == '[{",\\' * 20_000


@pytest.mark.parametrize(
    "sizes", [(frames.MAX_JSON + 1, 0), (2, frames.MAX_BLOB + 1), (2**32 - 1, 2**32 - 1)]
)
def test_sizes_are_refused_before_anything_is_allocated(
    ends: tuple[socket.socket, socket.socket], sizes: tuple[int, int]
) -> None:
    left, right = ends
    left.sendall(struct.pack(">II", *sizes))
    tracemalloc.start()
    with pytest.raises(FrameError, match="may have"):
        receive(right, soon())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize(
    "frame",
    [
        Frame({"a": float("nan")}),
        Frame({"a": b"bytes"}),
        Frame({"a": "x" * frames.MAX_JSON}),
        Frame({"a": [0] * 60_000}),
        Frame({}, bytes(frames.MAX_BLOB + 1)),
    ],
    ids=["NaN", "bytes", "large text", "many values", "large blob"],
)
def test_what_is_over_a_limit_is_not_sent(ends: tuple[socket.socket, socket.socket], frame: Frame) -> None:
    left, right = ends
    with pytest.raises(FrameError):
        send(left, frame, soon())
    left.close()
    assert right.recv(1) == b""


@pytest.mark.parametrize(
    "part", [b"", b"\0\0\0", struct.pack(">II", 10, 0) + b"{", struct.pack(">II", 2, 5) + b"{}ab"]
)
def test_an_early_end_is_an_end_of_file(ends: tuple[socket.socket, socket.socket], part: bytes) -> None:
    left, right = ends
    left.sendall(part)
    left.close()
    with pytest.raises(EOFError):
        receive(right, soon())


def test_sending_to_nobody_is_an_end_of_file(ends: tuple[socket.socket, socket.socket]) -> None:
    left, right = ends
    right.close()
    with pytest.raises(EOFError):
        send(left, Frame({}), soon())


def test_the_deadline_covers_the_whole_frame(ends: tuple[socket.socket, socket.socket]) -> None:
    left, right = ends
    left.sendall(struct.pack(">II", 2, 1000) + b"{}" + b"x" * 999)
    with pytest.raises(TimeoutError):
        receive(right, time.monotonic() + 0.05)


def test_a_deadline_in_the_past_is_a_timeout(ends: tuple[socket.socket, socket.socket]) -> None:
    left, right = ends
    send(left, Frame({}), soon())
    with pytest.raises(TimeoutError):
        receive(right, time.monotonic() - 1)


def test_sending_to_someone_who_does_not_read_ends_at_the_deadline(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    left, _ = ends
    with pytest.raises(TimeoutError):
        send(left, Frame({}, bytes(8_000_000)), time.monotonic() + 0.05)
