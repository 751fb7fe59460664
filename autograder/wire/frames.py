"""Send and receive frames on a stream socket: a JSON object and a blob, both of limited size."""

from __future__ import annotations

import json
import math
import re
import socket
import struct
import time
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NoReturn

MAX_JSON = 256 * 1024
MAX_BLOB = 32 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 50_000
MAX_DIGITS = 700

_SIZES = struct.Struct(">II")
# The closing quote is optional: otherwise each quote of an unterminated string would start another search,
# which takes quadratic time.
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


class FrameError(ValueError):
    """Data to send or data received is not a frame within the limits."""


@dataclass(frozen=True)
class Frame:
    """A JSON object and the raw bytes that belong to it."""

    head: dict[str, Any]
    blob: bytes = b""


def send(sock: socket.socket, frame: Frame, deadline: float) -> None:
    """Send one frame before `deadline`, a `time.monotonic()` value for the whole frame.

    Raises FrameError before sending anything if the frame exceeds a limit, TimeoutError when the deadline
    passes, and EOFError when the other end has closed the connection.
    """
    try:
        text = json.dumps(frame.head, allow_nan=False, separators=(",", ":")).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise FrameError(f"The head of a frame must be plain JSON: {error}.") from error
    _check_sizes(len(text), len(frame.blob))
    _check_shape(text)
    try:
        for part in (_SIZES.pack(len(text), len(frame.blob)) + text, frame.blob):
            if part:
                sock.settimeout(_remaining(deadline))
                sock.sendall(part)
    except ConnectionError as error:
        raise EOFError("The other end closed the connection while a frame was being sent.") from error


def receive(sock: socket.socket, deadline: float) -> Frame:
    """Receive one frame before `deadline`, a `time.monotonic()` value for the whole frame.

    Raises FrameError if the data is not a frame within the limits, TimeoutError when the deadline passes, and
    EOFError when the other end closes the connection first.
    """
    json_size, blob_size = _SIZES.unpack(_read(sock, _SIZES.size, deadline))
    _check_sizes(json_size, blob_size)
    head = parse(_read(sock, json_size, deadline))
    return Frame(head, _read(sock, blob_size, deadline))


def parse(text: bytes) -> dict[str, Any]:
    """Return the JSON object in `text`; raise FrameError if it is not one or exceeds a limit."""
    _check_shape(text)
    try:
        head = json.loads(
            text.decode("ascii"),
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_bounded,
        )
    except FrameError:
        raise
    except (ValueError, RecursionError) as error:
        raise FrameError(f"The head of a frame must be one JSON object: {error}.") from error
    if type(head) is not dict:
        raise FrameError(f"The head of a frame must be one JSON object, not a {type(head).__name__}.")
    return head


def _read(sock: socket.socket, size: int, deadline: float) -> bytes:
    buffer = bytearray(size)
    view = memoryview(buffer)
    done = 0
    while done < size:
        sock.settimeout(_remaining(deadline))
        try:
            count = sock.recv_into(view[done:])
        except ConnectionError as error:
            raise EOFError("The other end closed the connection inside a frame.") from error
        if count == 0:
            raise EOFError(f"The other end closed the connection after {done} of {size} bytes.")
        done += count
    return bytes(buffer)


def _remaining(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("The deadline passed before the whole frame had crossed.")
    return seconds


def _check_sizes(json_size: int, blob_size: int) -> None:
    for part, size, limit in (("JSON", json_size, MAX_JSON), ("blob", blob_size, MAX_BLOB)):
        if size > limit:
            raise FrameError(f"A frame's {part} may have {limit} bytes, and this one has {size}.")


def _check_shape(text: bytes) -> None:
    """Raise FrameError if the text nests too deeply or has too many values, before parsing it."""
    without_strings = _STRINGS.sub(b"", text)
    nodes = sum(without_strings.count(mark) for mark in (b",", b"[", b"{"))
    if nodes > MAX_NODES:
        raise FrameError(f"A frame's JSON may hold {MAX_NODES} values, and this one has {nodes}.")
    brackets = without_strings.translate(None, _NOT_BRACKETS)
    depth = max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)
    if depth > MAX_DEPTH:
        raise FrameError(f"A frame's JSON may be {MAX_DEPTH} levels deep, and this one is {depth}.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FrameError("A frame's JSON may name a key once in each object, and this one repeats a key.")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise FrameError(f"A frame's JSON may hold finite numbers only, not {name}.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse_constant(text[:40])
    return number


def _bounded(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise FrameError(f"A frame's integers may have {MAX_DIGITS} digits, and one has {len(text)}.")
    return int(text)
