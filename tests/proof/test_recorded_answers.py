"""The solution's networks and what known mistakes reply, kept beside the checks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.examiner.client import Examiner
from autograder.kit import Kit
from autograder.models import NetworkLayer, NetworkRecord, Report, Submission, SubmittedFile
from autograder.proof.earlier_results import AnswerReport
from autograder.proof.prove import Proof
from autograder.proof.recorded_answers import (
    expected_networks,
    indistinguishable,
    known_replies,
    outdated_networks,
    outdated_replies,
    write_expected,
    write_replies,
)
from autograder.proof.verdict import Matrix

TOY = Path(__file__).parents[1] / "toy"
NETWORKS = (
    NetworkRecord("add", (NetworkLayer("Dense 4 relu", 20, 20), NetworkLayer("Dense 3 softmax", 15, 0))),
    NetworkRecord("mean", ()),
)
Examine = Callable[[str], Report]


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
    assert list(outdated_networks(root, toy, solution)) == []


def test_another_solution_makes_the_networks_outdated(root: Path, toy: Kit, solution: AnswerReport) -> None:
    """So does a file that was never written or cannot be read; the sentence says what to run."""
    (missing,) = outdated_networks(root, toy, solution)
    (root / "autograder/kits/sums/expected.json").write_text("<<<<<<< HEAD")
    assert list(outdated_networks(root, toy, solution)) == [missing]
    write_expected(root, toy, solution)
    (changed,) = outdated_networks(root, toy, replace(solution, networks=NETWORKS[:1]))
    assert missing == changed
    assert "run `kit prove sums`" in changed


def test_a_kit_without_networks_has_no_file(root: Path, toy: Kit, solution: AnswerReport) -> None:
    """And nothing is missing then."""
    write_expected(root, toy, replace(solution, networks=()))
    assert expected_networks(root, toy.slug) == {}
    assert list(outdated_networks(root, toy, replace(solution, networks=()))) == []
    assert not list(root.rglob("expected.json"))


def changed(matrix: Matrix, name: str, replies: Mapping[str, str]) -> Matrix:
    """The matrix with other replies of one answer."""
    report = replace(matrix.reports[name], replies=replies)
    return replace(matrix, reports={**matrix.reports, name: report})


def test_every_mistake_has_replies_in_the_task_that_it_gets_wrong(toy_proof: Proof) -> None:
    """Also where several mistakes were examined in one submission."""
    tasks = {name: set(replies) for name, replies in known_replies(TOY, "sums").items()}
    assert tasks == {
        "subtracts": {"add"},
        "forgets_the_sign": {"add"},
        "remembers_the_example": {"mean"},
        "doubles_only_the_first": {"scale"},
    }
    assert list(outdated_replies(TOY, toy_proof.matrix)) == []


def test_another_reply_makes_the_file_outdated(root: Path, toy_proof: Proof) -> None:
    """The sentence names the mistake and what to run; after that, nothing is outdated."""
    matrix = changed(toy_proof.matrix, "subtracts", {"add": "another"})
    (problem,) = outdated_replies(root, matrix)
    assert "does not contain the replies of subtracts: run `kit prove sums`" in problem
    write_replies(root, matrix)
    assert list(outdated_replies(root, matrix)) == []
    assert known_replies(root, "sums")["subtracts"] == {"add": "another"}


@pytest.mark.parametrize(
    "text", ["<<<<<<< HEAD\n", "[]", '{"mistakes": []}', '{"mistakes": {"subtracts": 3}}']
)
def test_a_file_that_cannot_be_read_is_outdated(text: str, root: Path, toy_proof: Proof) -> None:
    """Such as one with a conflict of Git: the proof writes it anew."""
    (root / "autograder/kits/sums/replies.json").write_text(text)
    assert known_replies(root, "sums") == {}
    write_replies(root, toy_proof.matrix)
    assert known_replies(root, "sums") == known_replies(TOY, "sums")


def test_mistakes_that_nobody_can_tell_apart_are_told(toy_proof: Proof) -> None:
    """Those with equal replies in every task that they get wrong."""
    matrix = toy_proof.matrix
    assert toy_proof.notes == ()
    same = changed(matrix, "forgets_the_sign", {"add": matrix.reports["subtracts"].replies["add"]})
    (note,) = indistinguishable(same)
    assert note.startswith("The mistakes subtracts, forgets_the_sign give the same replies")


@pytest.mark.parametrize(
    "text",
    [
        "def add(left, right):\n    return left - right\n",
        "# later\n\ndef mean(x):\n    return 1 / 0\n\ndef add(a, b):\n    c = b\n    return a - c\n",
    ],
)
def test_whoever_makes_a_known_mistake_gives_its_replies(text: str, examine: Examine) -> None:
    """Whatever the code looks like, and whatever the other tasks do."""
    assert examine(text).replies["add"] == known_replies(TOY, "sums")["subtracts"]["add"]


def test_replies_do_not_depend_on_lines_order_and_cache(toy: Kit, examine: Examine) -> None:
    """An exception is the same reply wherever it was raised."""
    texts = [f"{lines}def add(left, right):\n    return left[0]\n" for lines in ("", "\n\n")]
    digests = {examine(text).replies["add"] for text in texts}
    with Examiner(toy, isolation="process", result_cache=False) as other:
        file = SubmittedFile("sums.py", texts[1].encode())
        digests.add(other.examine(Submission("bob", (file,), sha256="0")).replies["add"])
    assert len(digests) == 1


def test_a_task_that_crashed_has_no_replies(examine: Examine) -> None:
    """An equal submission may reply differently."""
    report = examine("import os\ndef add(left, right):\n    os._exit(3)\ndef mean(x):\n    return 1\n")
    assert "add" not in report.replies
    assert "mean" in report.replies


def test_a_report_holds_the_source_that_was_graded(examine: Examine) -> None:
    """With the line ends of any system."""
    assert examine("def add(a, b):\r\n\treturn 1\r\n").source == "def add(a, b):\n\treturn 1\n"
