"""Find the arrival time of a submission whose name does not contain it: nbgrader's timestamp or a commit.

Times of files are never used: copying and unpacking change them.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .assignment import Assignment
from .folders import Entry, File, Folder, Unreadable
from .identity import Platform

TIMESTAMP = "timestamp.txt"
MAX_TEXT = 1_000
MAX_PACKED_REFS = 1_000_000
GIT_SECONDS = 20

_NBGRADER_TIME = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.\d+)? ?"
    r"(?:(?P<offset>[+-]\d\d:?\d\d)|(?P<zone>\S+))?"
)
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_COMMITTER = re.compile(r"^committer .*> (\d{1,12}) [+-]\d{4}$", re.MULTILINE)


def find_arrival(entries: Sequence[Entry], platform: Platform, assignment: Assignment) -> float | None:
    """Return when the submission of these entries arrived, in seconds since the epoch, or None if unknown."""
    if len(entries) != 1 or not isinstance(entries[0], Folder):
        return None
    try:
        if platform is Platform.NBGRADER:
            return _nbgrader_time(entries[0], assignment)
        return _commit_time(entries[0])
    except Unreadable:
        return None


def _nbgrader_time(student: Folder, assignment: Assignment) -> float | None:
    """Return the time that nbgrader wrote beside a submission, such as `2026-11-28 10:00:00.5 UTC`.

    nbgrader's setting `timezone` decides the zone. Abbreviations such as PST may stand for several.
    """
    own = _child(student, assignment.slug)
    folder = own if isinstance(own, Folder) else student
    match = _NBGRADER_TIME.match(_text(_child(folder, TIMESTAMP), MAX_TEXT).strip())
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(match["time"] + (match["offset"] or ""))
        zone = ZoneInfo("UTC" if match["zone"] in (None, "Z") else match["zone"])
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None
    return (moment if match["offset"] else moment.replace(tzinfo=zone)).timestamp()


def _commit_time(clone: Folder) -> float | None:
    """Return the committer's time of the commit that a clone has checked out.

    The configuration of the clone, which may name programs to run, is not read: git looks up the commit from
    a repository of its own that only borrows the clone's objects.
    """
    git = _child(clone, ".git")
    head = _child(git, "HEAD") if isinstance(git, Folder) else None
    if not isinstance(git, Folder) or not isinstance(head, File) or head.path is None:
        return None
    commit = _resolve(git, _text(head, MAX_TEXT).strip())
    objects = head.path.parent / "objects"
    if commit is None or objects.is_symlink():
        return None
    with tempfile.TemporaryDirectory() as folder:
        empty = _empty_repository(Path(folder))
        environment = {"PATH": os.environ.get("PATH", os.defpath), "GIT_OBJECT_DIRECTORY": str(objects)}
        environment |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
        command = ["git", f"--git-dir={empty}", "cat-file", "commit", commit]
        try:
            git_run = subprocess.run(
                command, env=environment, capture_output=True, timeout=GIT_SECONDS, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return None
    header = git_run.stdout.decode("utf-8", "replace").partition("\n\n")[0]
    match = _COMMITTER.search(header)
    return float(match[1]) if match else None


def _empty_repository(folder: Path) -> Path:
    """Make the smallest repository that git accepts."""
    for name in ("objects", "refs"):
        (folder / name).mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    return folder


def _resolve(git: Folder, head: str) -> str | None:
    """Return the commit that HEAD names, directly or by a branch."""
    if _COMMIT.fullmatch(head):
        return head
    branch = head.removeprefix("ref: ")
    entry: Entry | None = git
    for part in branch.split("/"):
        entry = _child(entry, part) if isinstance(entry, Folder) else None
    if _COMMIT.fullmatch(commit := _text(entry, MAX_TEXT).strip()):
        return commit
    for line in _text(_child(git, "packed-refs"), MAX_PACKED_REFS).splitlines():
        commit, _, name = line.partition(" ")
        if name == branch and _COMMIT.fullmatch(commit):
            return commit
    return None


def _child(folder: Folder, name: str) -> Entry | None:
    return next((entry for entry in folder.entries() if entry.name == name), None)


def _text(entry: Entry | None, limit: int) -> str:
    """Return the text of a regular file, or "" if there is none."""
    if not isinstance(entry, File) or entry.special:
        return ""
    return entry.load(limit).decode("utf-8", "replace")
