"""What pages know of a kit beyond the reports: titles, the expected networks, the known mistakes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from ..kit import Kit, KitError
from ..proof.answers import mistakes
from ..records import NetworkLayer, NetworkRecord

# What students see of hidden checks: what to think about, only whether they passed, or nothing of them.
Hidden = Literal["hint", "outcome", "nothing"]


@dataclass(frozen=True)
class KnownMistake:
    """A wrong answer that a teacher foresaw, told by the checks that fail together."""

    name: str
    about: str
    tasks: frozenset[str]
    fails: frozenset[str]


@dataclass(frozen=True)
class Context:
    """All that is known of a kit; without its repository only the slug."""

    title: str
    hidden: Hidden = "hint"
    expected: Mapping[str, NetworkRecord] = field(default_factory=dict)
    mistakes: tuple[KnownMistake, ...] = ()
    tasks_of: Mapping[str, str] = field(default_factory=dict)


def context_of(slug: str, root: Path | None) -> Context:
    """What the repository says of a kit, or the little that is known without one."""
    try:
        if root is None:
            return Context(slug)
        kit = Kit.load(root, slug)
        known = tuple(
            KnownMistake(answer.name, answer.about, frozenset(answer.tasks), answer.fails)
            for answer in mistakes(root, kit)
        )
    except (KitError, OSError):
        return Context(slug)
    tasks_of = {check.name: check.task for check in kit.checks}
    return Context(kit.title, kit.feedback, read_expected(root, slug), known, tasks_of)


def expected_path(root: Path, slug: str) -> Path:
    """Where the networks of a kit's solution are kept."""
    return root / "autograder" / "kits" / slug / "expected.json"


def read_expected(root: Path, slug: str) -> dict[str, NetworkRecord]:
    """The networks of the solution by task; none where they were never written."""
    path = expected_path(root, slug)
    if not path.exists():
        return {}
    told = json.loads(path.read_text(encoding="utf-8"))["networks"]
    return {
        network["task"]: NetworkRecord(
            network["task"], tuple(NetworkLayer(**layer) for layer in network["layers"])
        )
        for network in told
    }


def expected_text(networks: Mapping[str, NetworkRecord]) -> str:
    """The text of `expected.json`."""
    told = {
        "generated_by": "kit prove --write, from the solution",
        "networks": [asdict(network) for network in networks.values()],
    }
    return json.dumps(told, indent=2) + "\n"
