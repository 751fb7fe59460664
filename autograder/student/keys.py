"""Single keys from a terminal, without Enter."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def pressed(put: Callable[[str], None]) -> Iterator[None]:
    """Call `put` from another thread with every key; the terminal is as before when this is left."""
    if sys.platform == "win32":
        threading.Thread(target=_windows, args=[put], daemon=True).start()
        yield
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    threading.Thread(target=_unix, args=[terminal, put], daemon=True).start()
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _unix(terminal: int, put: Callable[[str], None]) -> None:
    while data := os.read(terminal, 64):
        # An arrow or the like comes as several characters, of which the first is Escape.
        if not data.startswith(b"\x1b"):
            for key in data.decode("utf-8", "ignore"):
                put(key)


def _windows(put: Callable[[str], None]) -> None:
    if sys.platform == "win32":
        import msvcrt

        while True:
            if msvcrt.kbhit():
                put(msvcrt.getwch())
            else:
                time.sleep(0.05)
