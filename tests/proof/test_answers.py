"""What known answers are expected to do, and the solution's networks, kept beside the checks."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.kit import Kit
from autograder.models import NetworkLayer, NetworkRecord
from autograder.proof.answers import Answer, expected_networks, outdated, write_expected
from autograder.proof.known_results import AnswerReport
from autograder.proof.prove import Proof

TOY = Path(__file__).parents[1] / "toy"
NETWORKS = (
    NetworkRecord("add", (NetworkLayer("Dense 4 relu", 20, 20), NetworkLayer("Dense 3 softmax", 15, 0))),
    NetworkRecord("mean", ()),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of its own."""
    return Path(shutil.copytree(TOY, tmp_path / "repository"))


@pytest.fixture
def solution(toy_proof: Proof) -> AnswerReport:
    """A report of a solution that builds networks."""
    return replace(toy_proof.matrix.reports["solution"], networks=NETWORKS)


def test_what_was_written_is_what_is_expected(root: Path, toy: Kit, solution: AnswerReport) -> None:
    """By task, and nothing is outdated then."""
    write_expected(root, toy, solution)
    assert expected_networks(root, toy.slug) == {network.task: network for network in NETWORKS}
    assert list(outdated(root, toy, solution)) == []


def test_another_solution_makes_it_outdated(root: Path, toy: Kit, solution: AnswerReport) -> None:
    """So does a file that was never written or cannot be read; the sentence says what to run."""
    (missing,) = outdated(root, toy, solution)
    (root / "autograder/kits/sums/expected.json").write_text("<<<<<<< HEAD")
    assert list(outdated(root, toy, solution)) == [missing]
    write_expected(root, toy, solution)
    (changed,) = outdated(root, toy, replace(solution, networks=NETWORKS[:1]))
    assert missing == changed
    assert "run `kit prove sums`" in changed


def test_a_kit_without_networks_has_no_file(root: Path, toy: Kit, solution: AnswerReport) -> None:
    """And nothing is missing then."""
    write_expected(root, toy, replace(solution, networks=()))
    assert expected_networks(root, toy.slug) == {}
    assert list(outdated(root, toy, replace(solution, networks=()))) == []
    assert not list(root.rglob("expected.json"))


@pytest.mark.parametrize(
    ("checks", "fails", "reads"),
    [
        ({"test_a", "test_b", "test_c"}, {"test_a", "test_b"}, ("slope",)),
        ({"test_a", "test_b"}, {"test_a", "test_b"}, ("slope",)),
        ({"test_a", "test_c"}, {"test_a"}, ()),
        ({"test_c"}, set(), ()),
    ],
)
def test_words_are_asked_for_only_where_all_checks_that_may_say_them_run(
    checks: set[str], fails: set[str], reads: tuple[str, ...]
) -> None:
    """In a proof of one task, a check of another one does not run."""
    mistake = Answer("mistake", "m", "", "", ("add",), frozenset({"test_a", "test_b"}), ("slope",))
    limited = mistake.of_checks(frozenset(checks))
    assert (limited.fails, limited.reads) == (fails, reads)
