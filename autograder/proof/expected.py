"""What the solution's networks are made of, kept beside the checks for pages that show what was expected.

`expected.json` is written by `kit prove --write` from the solution's own report; the proof compares it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from ..kit import Kit
from ..records import NetworkLayer, NetworkRecord, Report


def expected_networks(root: Path, slug: str) -> dict[str, NetworkRecord]:
    """The networks of the solution by task; none where they were never written."""
    path = _path(root, slug)
    if not path.exists():
        return {}
    told = json.loads(path.read_text(encoding="utf-8"))["networks"]
    return {
        network["task"]: NetworkRecord(
            network["task"], tuple(NetworkLayer(**layer) for layer in network["layers"])
        )
        for network in told
    }


def write_expected(root: Path, kit: Kit, solution: Report) -> None:
    """Write down what the solution's networks are made of; nothing for a kit without networks."""
    if solution.networks:
        told = {
            "generated_by": "kit prove --write, from the solution",
            "networks": [asdict(network) for network in solution.networks],
        }
        _path(root, kit.slug).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def outdated(root: Path, kit: Kit, solution: Report) -> Iterator[str]:
    """A sentence where the file does not tell the solution's networks."""
    if expected_networks(root, kit.slug) != {network.task: network for network in solution.networks}:
        yield (
            f"autograder/kits/{kit.slug}/expected.json does not tell the solution's networks: "
            f"run `kit prove {kit.slug} --write`."
        )


def _path(root: Path, slug: str) -> Path:
    return root / "autograder" / "kits" / slug / "expected.json"
