"""What a grading platform laid out in a folder, read by the rule that holds everywhere."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..intake.disk import disk_entry
from ..intake.reading import read_submission
from ..intake.tree import Folder
from ..intake.wanted import Wanted
from ..kit import Kit
from ..records import Submission

PLACE = "The submission"


def read_folder(folder: Path, kit: Kit, student: str, ours: Collection[str] = ()) -> Submission:
    """Read one student's submission from `folder`; `ours` are names in it that the platform put there.

    Times are dropped: a platform that unpacks a submission gives every file the time of the unpacking. So of
    two files with attempted tasks the one counts that is named as the module is, and of two such the `.py`.
    """
    entries = [disk_entry(path) for path in sorted(folder.iterdir()) if path.name not in ours]
    wanted = Wanted(kit.slug, kit.module, frozenset(kit.given))
    found = read_submission(student, [Folder("", PLACE, lambda: entries)], PLACE, wanted)
    return replace(found, files=tuple(replace(file, modified=0.0) for file in found.files))


def who(metadata: Path, otherwise: str) -> str:
    """The names of those who handed in, from Gradescope's `submission_metadata.json`, else `otherwise`."""
    try:
        data: Any = json.loads(metadata.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return otherwise
    users = data.get("users") if isinstance(data, Mapping) else None
    names = [_name(user) for user in users] if isinstance(users, list) else []
    return ", ".join(name for name in names if name) or otherwise


def _name(user: Any) -> str:
    return str(user.get("name") or user.get("email") or "") if isinstance(user, Mapping) else ""
