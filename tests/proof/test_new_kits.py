"""The skeletons of `kit new` are proven as they are; the guide's test proves the one with arrays alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from autograder.handout.new_kit import Kind, Plan, write_kit
from autograder.proof.prove import Proof

DATES = (date(2026, 12, 7), date(2026, 12, 14))


@pytest.mark.needs("bubblewrap")
@pytest.mark.parametrize(
    ("kind", "tasks"),
    [(Kind.KERAS, ("classify", "middle")), (Kind.LAYER, ("Rectified", "ScaledRows", "middle"))],
)
def test_a_skeleton_with_keras_is_proven(
    kind: Kind, tasks: tuple[str, ...], toy_root: Path, proven: Callable[[Path, str], Proof]
) -> None:
    """Its checks notice every mistake and enough mutants."""
    plan = Plan("week12_dense", "A first network", "dense", tasks, *DATES, kind)
    write_kit(toy_root, plan)
    proof = proven(toy_root, plan.slug)
    # What the proof of a command would write.
    assert [problem for problem in proof.problems if ".json" not in problem] == []
