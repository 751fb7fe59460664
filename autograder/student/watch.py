"""Implement `kit watch`: show the results in a panel and re-run the checks on every save."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.live import Live
from watchfiles import Change, watch

from .check import FilesSaved, KeyPressed, Loop, LoopEvent, TerminalResized
from .handout import Handout, SavedState, take_hint
from .watch_panel import View
from .worker_process import CAN_FORK

# Editors write a file in several steps. A save is complete after QUIET_MS without changes.
QUIET_MS = 20
MAX_WAIT_MS = 400
TICK_SECONDS = 1.0
# What the keys that scroll send: by a terminal, and by Windows after a first character.
SEQUENCES = {"\x1b[A": "up", "\x1b[B": "down", "\x1b[5~": "page up", "\x1b[6~": "page down"}
WINDOWS_KEYS = {"H": "up", "P": "down", "I": "page up", "Q": "page down"}
_KEY = re.compile(r"\x1b[\[O][\d;]*[A-Za-z~]|\x1b|[^\x1b]")


@contextmanager
def read_keys(on_key: Callable[[str], None]) -> Iterator[None]:
    """Call `on_key` from another thread with every key, and restore the terminal on exit."""
    if sys.platform == "win32":
        threading.Thread(target=_read_windows_keys, args=[on_key], daemon=True).start()
        yield
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    threading.Thread(target=_read_unix_keys, args=[terminal, on_key], daemon=True).start()
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _read_unix_keys(terminal: int, on_key: Callable[[str], None]) -> None:
    while data := os.read(terminal, 64):
        for key in split_keys(data.decode("utf-8", "ignore")):
            on_key(key)


def split_keys(text: str) -> Iterator[str]:
    """Yield the keys in what a terminal sent: characters, and the names in SEQUENCES for keys that scroll.

    Other keys that send an escape sequence are left out.
    """
    for match in _KEY.finditer(text):
        sequence = match[0].replace("\x1bO", "\x1b[")
        if not sequence.startswith("\x1b"):
            yield sequence
        elif sequence in SEQUENCES:
            yield SEQUENCES[sequence]


def _read_windows_keys(on_key: Callable[[str], None]) -> None:
    if sys.platform == "win32":
        import msvcrt

        while True:
            if msvcrt.kbhit():
                key = msvcrt.getwch()
                # A key that scrolls sends two characters.
                if key in "\x00\xe0":
                    key = WINDOWS_KEYS.get(msvcrt.getwch(), "")
                on_key(key)
            else:
                time.sleep(0.05)


def watch_in_panel(handout: Handout, console: Console, forks: bool = CAN_FORK) -> None:
    """Show the panel until q is pressed. Raises KeyboardInterrupt on Ctrl-C."""
    with Loop(handout, forks) as loop:
        loop.check()
        view = View(loop.results, SavedState.read(handout.state))
        put = loop.queue.put
        with (
            _report_saved_files(handout, loop),
            read_keys(lambda key: put(KeyPressed(key))),
            _on_resize(lambda: put(TerminalResized())),
            Live(view, console=console, screen=True, auto_refresh=False) as live,
        ):
            live.refresh()
            while True:
                event = loop.next(TICK_SECONDS)
                if event == KeyPressed("q"):
                    return
                _react(event, loop, view)
                view.warm = loop.warm
                if loop.queue.empty():
                    live.refresh()


def _react(event: LoopEvent | None, loop: Loop, view: View) -> None:
    """Handle a key, a saved file or the end of a run."""
    match event:
        case FilesSaved(answer_only=answer_only):
            view.saved, view.began = time.strftime("%H:%M:%S"), time.monotonic()
            view.picked = None
            view.show_from_top()
            if answer_only:
                loop.saved()
            else:
                loop.restart()
        case KeyPressed(key=key):
            _press(key, loop, view)
        case _ if view.results.over:
            # The run has stored what failed, and `kit hint` in another terminal what it has shown.
            view.saved_state = SavedState.read(loop.handout.state)


def _press(key: str, loop: Loop, view: View) -> None:
    tasks = loop.handout.tasks
    if key == "h" and view.task and view.shows_task:
        view.show_from_top()
        view.picked, view.hinted = view.task, True
        take_hint(loop.handout, view.task, view.saved_state)
    elif key == "t":
        view.show_from_top()
        following = tasks.index(view.task) + 1 if view.task else 0
        view.picked = tasks[following % len(tasks)]
    elif key == "o":
        view.show_from_top(loop.output() if view.output is None else None)
    elif key in (steps := {"up": -1, "down": 1, "page up": -view.room, "page down": view.room}):
        view.scroll(steps[key])


@contextmanager
def _report_saved_files(handout: Handout, loop: Loop) -> Iterator[None]:
    """Put an event into the loop's queue when a file of the handout is saved."""
    answers = {path.name for path in handout.sources}
    stop = threading.Event()

    def is_handed_out(change: Change, path: str) -> bool:
        name = Path(os.path.relpath(path, handout.folder)).as_posix()
        return name in answers or name in handout.about.files

    def report() -> None:
        folders = [path for path in (handout.folder, handout.folder / "inputs") if path.is_dir()]
        for changes in watch(
            *folders,
            watch_filter=is_handed_out,
            debounce=MAX_WAIT_MS,
            step=QUIET_MS,
            stop_event=stop,
            raise_interrupt=False,
            recursive=False,
        ):
            names = {Path(path).name for _, path in changes}
            loop.queue.put(FilesSaved(names <= answers))

    watching = threading.Thread(target=report, daemon=True)
    watching.start()
    try:
        yield
    finally:
        stop.set()
        watching.join()


@contextmanager
def _on_resize(call: Callable[[], None]) -> Iterator[None]:
    """Call a function when the size of the terminal changes, if the system reports it."""
    if not hasattr(signal, "SIGWINCH"):
        yield
        return
    before = signal.signal(signal.SIGWINCH, lambda *_: call())
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)
