"""Write the files that a proof leaves beside the checks of a kit, and read them for pages and tests.

`expected.json` has the networks of the solution, which pages show as expected. `replies.json` has, for each
known mistake, the digest of its replies in every task that it gets wrong: a submission with an equal digest
made exactly this mistake. Digests depend on the kit's checks, the libraries and the processor's architecture;
they do not depend on the processor's model or on the order of submissions.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from ..files import write_atomic
from ..kit import Kit
from ..models import NetworkLayer, NetworkRecord
from .answers import Answer
from .earlier_results import AnswerReport
from .verdict import Matrix

EXPECTED, REPLIES = "expected.json", "replies.json"


def expected_networks(root: Path, slug: str) -> dict[str, NetworkRecord]:
    """Return the networks of the solution by task, empty if they were never written.

    A file that cannot be read, such as one with a conflict of Git, is written anew by the next proof.
    """
    try:
        networks = json.loads(_path(root, slug, EXPECTED).read_text(encoding="utf-8"))["networks"]
        return {
            network["task"]: NetworkRecord(
                network["task"], tuple(NetworkLayer(**layer) for layer in network["layers"])
            )
            for network in networks
        }
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def write_expected(root: Path, kit: Kit, solution: AnswerReport) -> None:
    """Write the networks of the solution if they have changed; write nothing for a kit without networks."""
    if solution.networks and list(outdated_networks(root, kit, solution)):
        data = {
            "generated_by": "kit prove, from the solution",
            "networks": [asdict(network) for network in solution.networks],
        }
        write_atomic(_path(root, kit.slug, EXPECTED), json.dumps(data, indent=2) + "\n")


def outdated_networks(root: Path, kit: Kit, solution: AnswerReport) -> Iterator[str]:
    """Yield a sentence if `expected.json` does not hold the solution's networks."""
    if expected_networks(root, kit.slug) != {network.task: network for network in solution.networks}:
        yield (
            f"autograder/kits/{kit.slug}/expected.json does not contain the solution's networks: "
            f"run `kit prove {kit.slug}`."
        )


def known_replies(root: Path, slug: str) -> dict[str, dict[str, str]]:
    """Return the digests of each known mistake by task, empty if they were never written.

    A file that cannot be read, such as one with a conflict of Git, is written anew by the next proof.
    """
    try:
        data = json.loads(_path(root, slug, REPLIES).read_text(encoding="utf-8"))
        return {name: dict(replies) for name, replies in data["mistakes"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def write_replies(root: Path, matrix: Matrix) -> None:
    """Write the digests of all known mistakes, if they have changed."""
    if not list(outdated_replies(root, matrix)):
        return
    data = {"generated_by": "kit prove, from the known mistakes", "mistakes": _replies_by_mistake(matrix)}
    write_atomic(_path(root, matrix.kit.slug, REPLIES), json.dumps(data, indent=2) + "\n")


def outdated_replies(root: Path, matrix: Matrix) -> Iterator[str]:
    """Yield a sentence if `replies.json` does not hold the digests that the known mistakes have."""
    kit, found = matrix.kit, _replies_by_mistake(matrix)
    known = known_replies(root, kit.slug)
    if changed := sorted(name for name in {*known, *found} if known.get(name) != found.get(name)):
        yield (
            f"autograder/kits/{kit.slug}/replies.json does not contain the replies of {', '.join(changed)}: "
            f"run `kit prove {kit.slug}`."
        )


def indistinguishable(matrix: Matrix) -> Iterator[str]:
    """Yield a sentence for known mistakes with the same replies, which no check can tell apart."""
    alike: defaultdict[tuple[tuple[str, str], ...], list[str]] = defaultdict(list)
    for name, replies in _replies_by_mistake(matrix).items():
        if replies:
            alike[tuple(sorted(replies.items()))].append(name)
    for names in alike.values():
        if len(names) > 1:
            yield (
                f"The mistakes {', '.join(names)} give the same replies, so a class page cannot tell them "
                "apart: a check with another call could."
            )


def _replies_by_mistake(matrix: Matrix) -> dict[str, dict[str, str]]:
    return {mistake.name: dict(_replies(mistake, matrix)) for mistake in matrix.of("mistake")}


def _replies(mistake: Answer, matrix: Matrix) -> Iterator[tuple[str, str]]:
    """Yield the name and the digest of each task that a mistake gets wrong, in the kit's order.

    If the mistake overrides some of these tasks, only they count.
    """
    report = matrix.reports[mistake.name]
    wrong = {result.task for result in report.checks if result.name in mistake.fails}
    counted = wrong & set(mistake.tasks) or wrong
    for task in matrix.kit.tasks:
        if task in counted and task in report.replies:
            yield task, report.replies[task]


def _path(root: Path, slug: str, name: str) -> Path:
    return root / "autograder" / "kits" / slug / name
