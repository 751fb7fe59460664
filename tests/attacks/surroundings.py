"""What is around a run: files that attacks would like to change, and processes that should end with it."""

from __future__ import annotations

import os
import select
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from attacks.handed_in import ROOT

from autograder.sandbox.guest.linux import PR_SET_CHILD_SUBREAPER, prctl

REPOSITORY = Path(__file__).parents[2]
GONE_SECONDS = 30
# What attacks write, and what they call the files that they make.
MARK = b"planted"
PLANTED = ("*planted*", "*-by-an-attack", "fill[0-9]*", "inode[0-9]*", "numpy.py")


@contextmanager
def nothing_left_running() -> Iterator[list[str]]:
    """Afterwards, the list names processes that outlived what was started: orphans come to this one."""
    survivors: list[str] = []
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    before = set(descendants(os.getpid()))
    try:
        yield survivors
        for process in set(descendants(os.getpid())) - before:
            survivors += outliving(process)
    finally:
        prctl(PR_SET_CHILD_SUBREAPER, 0)


def descendants(process: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return
    for child in map(int, children):
        yield child
        yield from descendants(child)


def outliving(process: int) -> Iterable[str]:
    """The process if it does not end by itself now; whatever has ended is collected."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return []
    try:
        ended = bool(select.select([descriptor], [], [], GONE_SECONDS)[0])
        command = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    finally:
        os.close(descriptor)
    if ended:
        os.waitpid(process, os.WNOHANG)
        return []
    return [f"process {process}: {command}"]


def snapshot() -> dict[str, object]:
    """What attacks would like to change: Python's code, its packages', ours, and planted names elsewhere.

    People may be writing code while tests run, so of ours only what has the attacks' mark counts.
    """
    found: dict[str, object] = {}
    for tree in ("stdlib", "purelib"):
        for folder, inner, files in os.walk(sysconfig.get_path(tree)):
            inner[:] = [name for name in inner if name != "__pycache__"]
            for path in (f"{folder}/{name}" for name in files):  # a hundred thousand: no objects for them
                status = os.lstat(path)
                found[path] = (status.st_size, status.st_mtime_ns, status.st_mode)
    ours = [path for name in ("autograder", "solutions") for path in (REPOSITORY / name).rglob("*.py")]
    found |= {str(path): "planted" for path in [*ours, *ROOT.rglob("*.py")] if MARK in path.read_bytes()}
    places = [Path(place) for place in ("/", "/tmp", "/var/tmp", "/dev/shm", Path.home(), REPOSITORY)]
    return found | {str(path): "planted" for place in places for name in PLANTED for path in place.glob(name)}
