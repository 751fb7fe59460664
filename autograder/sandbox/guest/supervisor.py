"""The warm process: imports what the kit declares, then forks a child for every submission.

It never sees a submission: a child gets it over a socket of its own. The control socket carries one JSON
message at a time: `fork`, with the child's socket and the pipe for its output, and `end`, after which nothing
of the child is left.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import select
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any

from ... import wire
from . import child
from . import confinement as kernel
from . import startup as fonts
from .confinement import close_all_but, confine, forget_handlers, threads
from .process_tree import ProcessTree
from .scratch import wipe
from .spec import Spec
from .startup import freeze_gc, preload

WATCH_MILLISECONDS = 30
MESSAGE_BYTES = 1 << 17


def main() -> None:
    """Serve the control socket whose descriptor is the only argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    serve(control, Spec.from_json(control.recv(MESSAGE_BYTES)))
    # At once: there may be threads to wait for, where given code started some.
    os._exit(0)


def serve(control: socket.socket, spec: Spec) -> None:
    """Get ready, say so, and serve `control` until its other end closes.

    May be called right after a fork; the caller ends the process at once when this returns.
    """
    try:
        close_all_but(control.fileno())
        confine(spec)
        prepare = _warm_up(spec)
        # After all imports: they may read what a process that cannot be traced may not.
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        forget_handlers()
        _expect_one_thread()
        made = _tidy_up(spec)
    except BaseException:
        control.send(json.dumps({"failed": traceback.format_exc()[-8_000:]}).encode())
        return
    _be_silent()
    freeze_gc()
    control.send(json.dumps({"ready": True, "fonts": made}).encode())
    _Supervisor(control, spec, prepare).run()


def _warm_up(spec: Spec) -> Callable[[], None]:
    """Import what the kit declares; return what to call before every call into a submission."""
    sys.path.extend(spec.paths)
    os.chdir(spec.scratch[0])
    fonts.write_font_lists(spec.fonts)
    preload(spec.preload, spec.without)
    if "numpy" in sys.modules or "keras" in sys.modules:
        # What a child would import for its first reply is imported once, here.
        for module in pkgutil.iter_modules(wire.__path__, wire.__name__ + "."):
            if "keras" in sys.modules or module.name.rpartition(".")[2] in ("codec", "arrays"):
                importlib.import_module(module.name)
    if spec.prepare is None:
        return lambda: None
    name, _, function = spec.prepare.rpartition(".")
    prepare = getattr(importlib.import_module(name), function)
    prepare(spec.seed)
    return lambda: prepare(spec.seed)


def _tidy_up(spec: Spec) -> dict[str, str]:
    """Leave the first submission nothing of what imports have written; return the new lists of fonts."""
    # In a folder of the machine's, a process that outlived its submission could have written them.
    made = fonts.new_font_lists(spec.fonts) if spec.scratch_mounted else {}
    for folder in spec.scratch:
        wipe(folder)
    return made


def _expect_one_thread() -> None:
    if (found := threads()) != 1:
        raise RuntimeError(
            f"Expected one thread before a fork, found {found}: given code must build no model, tensor, "
            "optimizer or dataset while it is imported or prepared."
        )


def _be_silent() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


class _Supervisor:
    def __init__(self, control: socket.socket, spec: Spec, prepare: Callable[[], None]) -> None:
        self._control = control
        self._spec = spec
        self._prepare = prepare
        self._relatives = ProcessTree(spec)

    def run(self) -> None:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while True:
            if not poll.poll(WATCH_MILLISECONDS if self._relatives.alive else None):
                self._relatives.watch()
                continue
            text, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 2)
            if not text:
                self._end()
                return
            answer = self._answer(json.loads(text), descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            self._control.send(json.dumps(answer).encode())

    def _answer(self, message: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        """Do what a message asks. An answer with `odd` asks for a new warm process."""
        try:
            if message["do"] == "fork":
                _expect_one_thread()
                return {"id": message["id"], "forked": self._fork(*descriptors)}
            return {"id": message["id"], "ended": self._end()}
        except (OSError, RuntimeError, TypeError) as error:
            return {"id": message["id"], "odd": f"{type(error).__name__}: {error}"}

    def _end(self) -> dict[str, str | int]:
        fate = self._relatives.end()
        for folder in self._spec.scratch:
            wipe(folder)
        return fate

    def _fork(self, link: int, output: int) -> bool:
        parent = os.getpid()
        process = os.fork()
        if process == 0:
            try:
                self._control.close()
                child.run(link, output, self._spec, self._prepare, parent)
            finally:
                os._exit(0)
        self._relatives.born(process)
        return True
