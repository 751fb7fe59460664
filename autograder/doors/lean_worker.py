"""The process of a lean examiner: it forks the sandbox while it knows no more than submissions may.

Run as `python -m autograder.doors.lean_worker FD` by the client; FD is its end of a socket pair.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import traceback
from base64 import b64decode
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ..examiner.fork import Event
from ..examiner.worker import say, serve_with
from ..kit import Kit
from ..sandbox import Isolation, IsolationUnavailable, Limits, Sandbox
from ..sandbox.launch import Launch
from ..sandbox.warm import Warm
from .forked import Forked


def main(descriptor: int) -> None:
    """Serve the client at the other end of `descriptor`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    link = Connection(descriptor)
    try:
        with tempfile.TemporaryDirectory(prefix="examiner-") as folder:
            _serve(json.loads(link.recv_bytes()), Path(folder), link)
    except EOFError:
        return
    except IsolationUnavailable as error:
        say(link, unavailable=str(error))
    except Exception:
        say(link, fault=traceback.format_exc())


def _serve(public: dict[str, Any], folder: Path, link: Connection) -> None:
    def watch(event: Event) -> None:
        if "check" in event:
            say(link, check=event["check"])

    isolation = Isolation(public["isolation"])
    with Sandbox(
        given={name: b64decode(content) for name, content in public["given"].items()},
        module=public["module"],
        preload=public["preload"],
        without=public["without"],
        prepare=public["prepare"],
        seed=public["seed"],
        limits=Limits.of(public["limits"]),
        isolation=isolation,
        start=_starter(isolation),
    ) as sandbox:
        # Only now, after the fork: the checks.
        kit = Kit.unzip(link.recv_bytes())
        serve_with(sandbox, kit, None, folder, link, watch)


def _starter(isolation: Isolation) -> Callable[[Launch], Warm]:
    """Starts a fork at first. A later one would know the checks, so it is a program; so is bubblewrap."""
    kinds = iter(() if isolation is Isolation.BUBBLEWRAP else (Forked,))

    def start(launch: Launch) -> Warm:
        return next(kinds, Warm)(launch)

    return start


if __name__ == "__main__":
    main(int(sys.argv[1]))
