"""One submission: receive it, load it, and answer calls to its functions until the other end closes."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable

from ..wire.frames import Frame, receive, send
from ..wire.values import pack, unpack
from .failure import describe
from .limits import limit, take_over
from .load import Loaded, load
from .spec import Spec

# The trusted side keeps the real deadline; this one only has to be later.
PATIENCE_SECONDS = 1e6


def run(link: int, output: int, spec: Spec, prepare: Callable[[], None]) -> None:
    """Serve `link` as the submission's process; `prepare` is called before loading and before each call."""
    sock = socket.socket(fileno=take_over(link, output))
    limit(spec)
    try:
        _serve(sock, spec, prepare)
    except EOFError:
        return


def _serve(sock: socket.socket, spec: Spec, prepare: Callable[[], None]) -> None:
    first = _next(sock)
    cells = json.loads(first.blob)
    # Python seeds its random numbers anew in every fork: what is drawn while loading is to be the same, too.
    prepare()
    loaded = load(spec.module, first.head["filename"], cells, first.head["tolerant"])
    _reply(sock, Frame({"loaded": loaded.report}))
    while True:
        _reply(sock, _call(loaded, _next(sock), prepare))


def _call(loaded: Loaded, request: Frame, prepare: Callable[[], None]) -> Frame:
    """Call one function; whatever it does or returns becomes a reply that echoes the request's id."""
    name, number = request.head["call"], request.head["id"]
    function = vars(loaded.module).get(name)
    if function is None:
        text = f"{loaded.module.__name__} has no function {name}"
        return Frame({"id": number, "raised": {"type": "Missing", "text": text, "trace": []}})
    try:
        (args, kwargs), objects = unpack(request.head["value"], request.blob)
        prepare()
        answer = function(*args, **kwargs)
        packed = pack({"answer": answer, "args": args, "kwargs": kwargs}, known=objects)
    except BaseException as error:
        return Frame({"id": number, "raised": describe(error, loaded.filenames)})
    return Frame({"id": number, "ok": True, "value": packed.head}, packed.blob)


def _next(sock: socket.socket) -> Frame:
    return receive(sock, time.monotonic() + PATIENCE_SECONDS)


def _reply(sock: socket.socket, frame: Frame) -> None:
    send(sock, frame, time.monotonic() + PATIENCE_SECONDS)
