"""Run the fork server: import what the kit declares, fork a child for every submission, and serve it there.

The server never receives a submission: a child receives it over a separate socket. The control socket carries
one message of `messages` at a time. When an EndRequest is answered, the child has left no processes or files.
"""

from __future__ import annotations

import importlib
import os
import select
import socket
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

from ...wire.call_messages import LoadRequest, NumberedCall
from ...wire.frames import Frame, receive, send
from .calls import call
from .confinement import close_all_but, confine, limit, reset_signal_handlers, take_over, thread_count
from .linux import PR_SET_DUMPABLE, prctl
from .messages import (
    MAX_BYTES,
    Answer,
    Ended,
    EndRequest,
    Forked,
    ForkRequest,
    Message,
    Ready,
    RequestFailed,
    Spec,
    StartFailed,
    decode,
    encode,
)
from .process_tree import ProcessTree
from .scratch import remove_own_entries, wipe
from .startup import Trick, freeze_gc, new_font_lists, preload, write_font_lists
from .submission import load

WATCH_MILLISECONDS = 30
MAX_TRACEBACK = 8_000
# `send` and `receive` take a deadline, but only the host enforces one.
NO_DEADLINE_SECONDS = 1e6


def main() -> None:
    """Serve the control socket whose descriptor is the only argument."""
    # A submission that reads its own arguments finds none.
    control = socket.socket(fileno=int(sys.argv.pop()))
    serve(control, Spec.from_json(control.recv(MAX_BYTES)))
    # Exit immediately: support code may have started threads, which would delay a normal exit.
    os._exit(0)


def serve(control: socket.socket, spec: Spec) -> None:
    """Start, report that the server is ready, and serve `control` until its other end closes.

    May be called right after a fork. The caller ends the process as soon as this returns.
    """
    try:
        close_all_but(control.fileno())
        confine(spec)
        prepare = _warm_up(spec)
        # After all imports, which may read files that an untraceable process may not.
        prctl(PR_SET_DUMPABLE, 0)
        reset_signal_handlers()
        _expect_one_thread()
        font_lists = _remove_traces(spec)
    except BaseException:
        control.send(encode(StartFailed(traceback.format_exc()[-MAX_TRACEBACK:])))
        return
    _close_standard_streams()
    freeze_gc()
    control.send(encode(Ready(font_lists)))
    _Supervisor(control, spec, prepare).run()


def _warm_up(spec: Spec) -> Callable[[], None]:
    """Import what the kit declares; return a function to call before every call into a submission."""
    sys.path.extend(spec.paths)
    os.chdir(spec.scratch[0])
    write_font_lists(spec.fonts)
    preload(spec.preload, disabled=spec.disabled_tricks)
    if spec.prepare is None:
        return lambda: None
    name, _, function = spec.prepare.rpartition(".")
    prepare = getattr(importlib.import_module(name), function)
    prepare(spec.seed)
    return lambda: prepare(spec.seed)


def _remove_traces(spec: Spec) -> dict[str, str]:
    """Remove everything that imports have written, before the first submission; return the new font lists."""
    # In a folder of the host, a process that outlived its submission could have written them.
    cached = spec.scratch_mounted and Trick.FONT_LISTS not in spec.disabled_tricks
    font_lists = new_font_lists(spec.fonts) if cached else {}
    _empty_folders(spec)
    return font_lists


def _empty_folders(spec: Spec) -> None:
    """Remove everything from the folders that a submission may write to."""
    for folder in spec.scratch:
        wipe(folder)
    for folder in spec.shared_folders:
        remove_own_entries(folder)


def _expect_one_thread() -> None:
    if (found := thread_count()) != 1:
        raise RuntimeError(
            f"Expected one thread before a fork, found {found}: given code must build no model, tensor, "
            "optimizer or dataset while it is imported or prepared."
        )


def _close_standard_streams() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


class _Supervisor:
    """Answers the host's requests, and monitors the child between them."""

    def __init__(self, control: socket.socket, spec: Spec, prepare: Callable[[], None]) -> None:
        self._control = control
        self._spec = spec
        self._prepare = prepare
        self._tree = ProcessTree(spec)

    def run(self) -> None:
        """Answer requests, and monitor the child between them."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while True:
            if not poll.poll(WATCH_MILLISECONDS if self._tree.alive else None):
                self._tree.watch()
                continue
            data, descriptors, _flags, _address = socket.recv_fds(self._control, MAX_BYTES, 2)
            if not data:
                self._end("")
                return
            answer = self._answer(decode(data), descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            self._control.send(encode(answer))

    def _answer(self, request: Message, descriptors: list[int]) -> Answer:
        assert isinstance(request, ForkRequest | EndRequest)
        try:
            if isinstance(request, ForkRequest):
                return self._fork(request.id, *descriptors)
            return self._end(request.id)
        except (OSError, RuntimeError, TypeError) as error:
            return RequestFailed(request.id, f"{type(error).__name__}: {error}")

    def _end(self, request_id: str) -> Ended:
        ended = self._tree.end()
        _empty_folders(self._spec)
        return Ended(request_id, ended.reason, ended.number)

    def _fork(self, request_id: str, link: int, output: int) -> Forked:
        _expect_one_thread()
        parent = os.getpid()
        process = os.fork()
        if process == 0:
            self._be_child(link, output, parent)
        self._tree.add(process)
        return Forked(request_id)

    def _be_child(self, link: int, output: int, parent: int) -> NoReturn:
        try:
            self._control.close()
            serve_submission(link, output, self._spec, self._prepare, parent)
        finally:
            os._exit(0)


def serve_submission(link: int, output: int, spec: Spec, prepare: Callable[[], None], parent: int) -> None:
    """Serve `link` until its other end closes; `prepare` is called before loading and before each call."""
    sock = socket.socket(fileno=take_over(link, output))
    limit(spec, parent)
    try:
        _serve_calls(sock, spec, prepare)
    except EOFError:
        return


def lay_out(given: str, module: str, cells: Sequence[str], tolerant: bool) -> None:
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


def _serve_calls(sock: socket.socket, spec: Spec, prepare: Callable[[], None]) -> None:
    request = LoadRequest.from_frame(_next(sock))
    if spec.given:
        lay_out(spec.given, spec.module, request.cells, request.tolerant)
    # Python reseeds its random numbers in every fork, but numbers drawn while loading must be reproducible.
    prepare()
    loaded = load(spec.module, request)
    _reply(sock, loaded.report.frame)
    while True:
        numbered = NumberedCall.from_frame(_next(sock))
        reply = call(loaded, numbered.function, numbered.request, prepare)
        _reply(sock, numbered.reply_frame(reply))


def _next(sock: socket.socket) -> Frame:
    return receive(sock, time.monotonic() + NO_DEADLINE_SECONDS)


def _reply(sock: socket.socket, frame: Frame) -> None:
    send(sock, frame, time.monotonic() + NO_DEADLINE_SECONDS)
