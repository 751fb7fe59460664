"""Results of an earlier proof are reused where nothing that decides them has changed."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.examiner.client import Examiner
from autograder.grading.executors import Examined
from autograder.kit import Kit
from autograder.models import Outcome, Status, Submission
from autograder.proof.earlier_results import AnswerReport, KnownResults, ResultStore
from autograder.proof.prove import Proof, prove

TOY = Path(__file__).parents[1] / "toy"
PUBLIC, HIDDEN = "autograder/kits/sums/test_public.py", "autograder/kits/sums/test_hidden.py"
SOLUTION, MISTAKES = "solutions/sums/sums.py", "solutions/sums/mistakes.py"
pytestmark = pytest.mark.needs("bubblewrap")


class Recorder:
    """An executor that notes what it is asked, by the names of the answers and the tasks."""

    def __init__(self, examiner: Examiner) -> None:
        self._examiner = examiner
        self.asked: dict[str, tuple[str, ...]] = {}

    def examine(self, submissions: Iterable[Submission]) -> Generator[Examined, None, None]:
        for submission in submissions:
            self.asked[submission.student] = submission.tasks
            yield Examined(submission.student, self._examiner.examine(submission))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results") / "results.sqlite"


@pytest.fixture(scope="module")
def first(database: Path, toy: Kit, examiner: Examiner) -> tuple[Proof, dict[str, tuple[str, ...]]]:
    """A proof from nothing, and what it examined."""
    recorder = Recorder(examiner)
    with closing(ResultStore(database)) as store:
        proof = prove(TOY, toy, recorder, known=KnownResults(toy, "bubblewrap", store))
    return proof, recorder.asked


@pytest.fixture
def store(first: object, database: Path, tmp_path: Path) -> Iterator[ResultStore]:
    """A copy of what the first proof has stored."""
    with closing(ResultStore(Path(shutil.copy(database, tmp_path / "results.sqlite")))) as store:
        yield store


def outcomes(proof: Proof) -> dict[str, dict[str, str]]:
    matrix = proof.matrix
    return {
        answer.name: {name: result.outcome for name, result in matrix.results(answer).items()}
        for answer in matrix.answers
    }


def test_a_second_proof_examines_nothing_and_says_the_same(
    first: tuple[Proof, dict[str, tuple[str, ...]]], store: ResultStore, toy: Kit, examiner: Examiner
) -> None:
    recorder = Recorder(examiner)
    again = prove(TOY, toy, recorder, known=KnownResults(toy, "bubblewrap", store))
    assert recorder.asked == {}
    assert (again.examined, again.reused) == (0, first[0].examined)
    assert outcomes(again) == outcomes(first[0])
    messages = {result.name: result.message for result in again.matrix.reports["subtracts"].checks}
    assert messages == {result.name: result.message for result in first[0].matrix.reports["subtracts"].checks}


def test_without_a_store_everything_is_examined(
    first: tuple[Proof, dict[str, tuple[str, ...]]], toy: Kit, examiner: Examiner
) -> None:
    recorder = Recorder(examiner)
    prove(TOY, toy, recorder)
    assert recorder.asked == first[1]


# File, text, what stands there instead, and the tasks that are examined, by words in the answers' names.
CHANGES = [
    (PUBLIC, "add both arguments", "add the two", {}),
    (PUBLIC, "Two and three make five", "Two plus three", {}),
    (PUBLIC, "points=2", "points=3", {}),
    (HIDDEN, "Try numbers below zero, too.", "Are there others?", {}),
    (SOLUTION, "Three small tasks", "Three tiny tasks", {}),
    (MISTAKES, "Takes the wrong operator", "Takes the other operator", {}),
    (MISTAKES, "abs(left) + abs(right)", "abs(left + right)", {"forgets_the_sign": ("add", "mean", "scale")}),
]


@pytest.mark.parametrize(("name", "old", "new", "examined"), CHANGES)
def test_only_what_may_have_changed_is_examined(
    store: ResultStore,
    toy_root: Path,
    examiner: Examiner,
    name: str,
    old: str,
    new: str,
    examined: dict[str, tuple[str, ...]],
) -> None:
    path = toy_root / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    recorder, kit = Recorder(examiner), Kit.load(toy_root, "sums")
    prove(toy_root, kit, recorder, known=KnownResults(kit, "bubblewrap", store))
    assert {student.split(" + ")[0]: tasks for student, tasks in recorder.asked.items()} == examined


@pytest.mark.parametrize(
    ("reads", "examined"), [("both arguments", {"subtracts": ("add",)}), ("numbers below zero", {})]
)
def test_a_message_is_made_again_where_a_mistake_asks_for_its_words(
    store: ResultStore, toy_root: Path, examiner: Examiner, reads: str, examined: dict[str, tuple[str, ...]]
) -> None:
    """Hints are taken from the present checks, so words in a hint need no examination."""
    checks, mistakes = toy_root / PUBLIC, toy_root / MISTAKES
    checks.write_text(checks.read_text().replace("Expected 5", "Wanted 5"))
    fails = 'FAILS = ("test_adds_two_numbers",'
    mistakes.write_text(mistakes.read_text().replace(fails, f'EXPECTED_MESSAGES = ("{reads}",)\n    {fails}'))
    recorder, kit = Recorder(examiner), Kit.load(toy_root, "sums")
    proof = prove(toy_root, kit, recorder, known=KnownResults(kit, "bubblewrap", store))
    assert {student.split(" + ")[0]: tasks for student, tasks in recorder.asked.items()} == examined
    assert proof.problems == ()


def test_a_changed_check_examines_its_task_alone(
    first: tuple[Proof, dict[str, tuple[str, ...]]], store: ResultStore, toy_root: Path, examiner: Examiner
) -> None:
    path = toy_root / HIDDEN
    path.write_text(path.read_text().replace("sums.add(-2, -5)", "sums.add(-3, -4)"))
    recorder, kit = Recorder(examiner), Kit.load(toy_root, "sums")
    prove(toy_root, kit, recorder, known=KnownResults(kit, "bubblewrap", store))
    assert set(recorder.asked.values()) == {("add",)}
    assert set(recorder.asked) == {name for name, tasks in first[1].items() if "add" in tasks}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("autograder/kits/sums/kit.toml", "1e-9", "1e-8"), ("solutions/sums/inputs/numbers.json", "3.5", "4.5")],
)
def test_a_setting_or_an_input_may_change_everything(
    first: tuple[Proof, dict[str, tuple[str, ...]]],
    store: ResultStore,
    toy_root: Path,
    examiner: Examiner,
    file: str,
    old: str,
    new: str,
) -> None:
    path = toy_root / file
    path.write_text(path.read_text().replace(old, new))
    recorder, kit = Recorder(examiner), Kit.load(toy_root, "sums")
    prove(toy_root, kit, recorder, known=KnownResults(kit, "bubblewrap", store))
    assert recorder.asked == first[1]


def test_a_proof_of_one_task_reuses_a_whole_one(store: ResultStore, toy: Kit, examiner: Examiner) -> None:
    """It is about the answers to the task and its checks."""
    recorder = Recorder(examiner)
    proof = prove(TOY, toy, recorder, known=KnownResults(toy, "bubblewrap", store), task="mean")
    assert recorder.asked == {}
    assert proof.problems == ()
    assert {check.task for check in proof.matrix.checks} == {"mean"}
    assert [answer.name for answer in proof.matrix.of("mistake")] == ["remembers_the_example"]


@pytest.mark.parametrize("outcome", [Outcome.TIMED_OUT, Outcome.CRASHED])
def test_an_outcome_that_depends_on_the_machine_is_kept_only_where_it_was_expected(
    outcome: Outcome, toy: Kit, toy_proof: Proof, tmp_path: Path
) -> None:
    report = toy_proof.matrix.reports["solution"]
    late = replace(report, checks=tuple(replace(check, outcome=outcome) for check in report.checks))
    with closing(ResultStore(tmp_path / "results.sqlite")) as store:
        known = KnownResults(toy, "bubblewrap", store)
        known.keep("a = 1", False, ["add"], late, expected=False)
        assert known.find("a = 1", False, ["add"]) == {}
        known.keep("a = 1", False, ["add"], late, expected=True)
        (found,) = known.find("a = 1", False, ["add"]).values()
        assert {check.outcome for check in found.checks} == {outcome}


def test_a_failure_of_the_grader_is_never_kept(toy: Kit, toy_proof: Proof, tmp_path: Path) -> None:
    report = replace(toy_proof.matrix.reports["solution"], status=Status.GRADER_ERROR)
    with closing(ResultStore(tmp_path / "results.sqlite")) as store:
        known = KnownResults(toy, "bubblewrap", store)
        known.keep("a = 1", False, ["add"], report, expected=True)
        assert known.find("a = 1", False, ["add"]) == {}


def test_parts_of_a_report_are_joined_in_the_kits_order(toy: Kit, toy_proof: Proof) -> None:
    report = toy_proof.matrix.reports["solution"]
    parts = [report.of_tasks([task]) for task in reversed(toy.tasks)]
    assert AnswerReport.joined(parts, toy) == report
