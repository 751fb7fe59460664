"""Serve one submission in a child of the supervisor: receive it, load it, and answer calls."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from ...wire.frames import Frame, receive, send
from .calls import call
from .confinement import limit, take_over
from .messages import Spec
from .submission import load

# The host enforces the real deadline; this one only has to be later.
PATIENCE_SECONDS = 1e6


def run(link: int, output: int, spec: Spec, prepare: Callable[[], None], parent: int) -> None:
    """Serve `link` until its other end closes; `prepare` is called before loading and before each call."""
    sock = socket.socket(fileno=take_over(link, output))
    limit(spec, parent)
    try:
        _serve(sock, spec, prepare)
    except EOFError:
        return


def lay_out(given: str, module: str, cells: list[str], tolerant: bool) -> None:
    """Make the working folder look like a handout, with links to the support files and the submission.

    The working folder becomes the first entry of the import path, as it is for students.
    """
    with suppress(OSError):
        for folder, _, names in os.walk(given):
            below = os.path.relpath(folder, given)
            os.makedirs(below, exist_ok=True)  # noqa: PTH103 - no pathlib in a child
            for name in names:
                os.symlink(os.path.join(folder, name), os.path.join(below, name))  # noqa: PTH118, PTH211
        if not tolerant:
            with open(f"{module}.py", "x", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
                file.write("\n".join(cells))
    sys.path.insert(0, os.getcwd())  # noqa: PTH109


def _serve(sock: socket.socket, spec: Spec, prepare: Callable[[], None]) -> None:
    first = _next(sock)
    cells, tolerant = json.loads(first.blob), first.head["tolerant"]
    if spec.given:
        lay_out(spec.given, spec.module, cells, tolerant)
    # Python reseeds its random numbers in every fork, but numbers drawn while loading must be reproducible.
    prepare()
    loaded = load(spec.module, first.head["filename"], cells, tolerant, first.head["seconds"])
    _reply(sock, Frame({"loaded": loaded.report}))
    while True:
        request = _next(sock)
        reply = call(loaded, request.head["call"], request, prepare)
        _reply(sock, Frame({"id": request.head["id"], **reply.head}, reply.blob))


def _next(sock: socket.socket) -> Frame:
    return receive(sock, time.monotonic() + PATIENCE_SECONDS)


def _reply(sock: socket.socket, frame: Frame) -> None:
    send(sock, frame, time.monotonic() + PATIENCE_SECONDS)
