"""`kit.json`: what the command `kit` knows of a handout, which has neither `kit.toml` nor the engine."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from typing import Any

from autograder.handed_out import checksum
from autograder.handout.requirements import IMPORTS
from autograder.kit import Kit, KitError


def metadata(kit: Kit, title: str, files: Mapping[str, bytes], hints: str) -> bytes:
    """The text of `kit.json` for a handout of `files`; `hints` is that of `hints.toml`. Raises KitError."""
    ladder = _hints(kit, hints)
    given = [name.removesuffix(".py") for name in kit.given if name.endswith(".py")]
    kept = {name for name in files if name not in ("README.md", "requirements.txt", f"{kit.module}.py")}
    sums = {name: checksum(name, files[name]) for name in sorted(kept)}
    config = kit.config
    data = {
        "generated": f"by `kit sync` from {kit.slug}'s kit.toml, checks and hints.toml",
        "slug": kit.slug,
        "title": title,
        "version": hashlib.sha256(json.dumps(sums).encode()).hexdigest()[:12],
        "module": kit.module,
        "tasks": kit.tasks,
        "given": sorted(given),
        "imports": IMPORTS,
        **{key: config[key] for key in ("preload", "prepare", "train", "picture") if key in config},
        "limits": config.get("limits", {}),
        "due": str(kit.dates["due"]) if "due" in kit.dates else None,
        "hidden_points": {
            task: sum(check.points for check in kit.checks if check.hidden and check.task == task)
            for task in kit.tasks
        },
        "hints": {task: ladder.get(task, []) for task in kit.tasks},
        "hidden_look_at": ladder.get("hidden_look_at", ""),
        "files": sums,
    }
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def _hints(kit: Kit, text: str) -> dict[str, Any]:
    try:
        ladder = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KitError(f"{kit.slug}/hints.toml is not TOML: {error}.") from error
    if stray := set(ladder) - {*kit.tasks, "hidden_look_at"}:
        raise KitError(
            f"{kit.slug}/hints.toml: expected tasks and hidden_look_at, found {', '.join(sorted(stray))}."
        )
    for task in set(ladder) & set(kit.tasks):
        steps = ladder[task]
        if not isinstance(steps, list) or not all(isinstance(step, str) for step in steps):
            raise KitError(f"{kit.slug}/hints.toml: expected a list of texts for {task}, found {steps!r}.")
    return ladder
