"""Run a proof: examine every known answer of a kit with the real examiner."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ..grading.executors import Executor
from ..handout.stub import make_stub
from ..kit import Kit, KitError
from ..models import Outcome, Status, Submission
from ..source_code import parse
from .answers import Answer, alternatives, mistakes, solution
from .calibration.calibration_report import disagreements
from .combined_answers import Batch, batch_answers, batch_mutants, single
from .earlier_results import AnswerReport, KnownResults
from .mutation import CLAIMED, claims, mutants, only_task
from .recorded_answers import (
    indistinguishable,
    outdated_networks,
    outdated_replies,
    write_expected,
    write_replies,
)
from .static_checks import find_leftovers, refuse_mistakes
from .verdict import (
    Matrix,
    find_problems,
    is_as_expected,
    read_equivalents,
    tolerated_mutants,
    unread,
)

Progress = Callable[[int, int], None]


class Examination:
    """Examines batches of answers, and keeps the latest report of each answer.

    `progress` is called with the number of finished and of all submissions. `reused` counts submissions whose
    results were all known.
    """

    def __init__(
        self,
        kit: Kit,
        executor: Executor,
        progress: Progress,
        known: KnownResults,
        answers: Sequence[Answer],
        tasks: Collection[str],
    ) -> None:
        self._kit = kit
        self._executor = executor
        self._progress = progress
        self._known = known
        self._answers = {answer.name: answer for answer in answers}
        self._tasks = frozenset(tasks)
        # Batches, and their known results by task, by the name of the submission.
        self._batches: dict[str, Batch] = {}
        self._partial: dict[str, dict[str, AnswerReport]] = {}
        self._finished: list[Batch] = []
        self._total = 0
        self.reused = 0
        self.reports: dict[str, AnswerReport] = {}

    def examine(self, batches: Sequence[Batch]) -> None:
        """Examine batches, then each answer of an unexpected batch alone, while the examiners are warm."""
        left = list(self._limited(batches))
        seen = {answer.name for batch in left for answer in batch.answers}
        # In a batch, an answer does not count for tasks that another one affects: here for all of the proof.
        missing = (answer for name, answer in self._answers.items() if name not in seen)
        left += self._limited(single(answer, self._kit) for answer in missing)
        while left:
            with closing(self._executor.examine(self._submissions(left))) as examined:
                for name, report in examined:
                    batch, partial = self._batches[name], self._partial[name]
                    tasks = batch.tasks - set(partial)
                    fresh = AnswerReport.from_report(report).of_tasks(tasks)
                    self._finish(batch, AnswerReport.joined([*partial.values(), fresh], self._kit))
                    if "solution" in self.reports:
                        _refuse_errors_of_checks(self.reports["solution"])
                    expected = all(self._ended_as_expected(answer) for answer in batch.answers)
                    self._known.keep(batch.text, batch.fail_fast, tasks, fresh, expected)
            left = self._in_doubt()

    @property
    def examined(self) -> int:
        """The number of submissions that an examiner ran."""
        return len(self._finished) - self.reused

    def _submissions(self, batches: Sequence[Batch]) -> Iterator[Submission]:
        """Yield what has to be examined of these batches, and of the answers that are then in doubt."""
        yield from self._unknown_parts(batches)
        yield from self._unknown_parts(self._in_doubt())

    def _unknown_parts(self, batches: Sequence[Batch]) -> Iterator[Submission]:
        """Yield the batches as submissions with the tasks whose results are not known."""
        self._total += len(batches)
        for batch in batches:
            self._batches[batch.name] = batch
            partial = self._usable(batch, self._known.find(batch.text, batch.fail_fast, batch.tasks))
            self._partial[batch.name] = partial
            if missing := batch.tasks - set(partial):
                yield batch.submission(self._kit, missing)
            else:
                self.reused += 1
                self._finish(batch, AnswerReport.joined(partial.values(), self._kit))

    def _usable(self, batch: Batch, found: dict[str, AnswerReport]) -> dict[str, AnswerReport]:
        """Return the known results by task, without outdated ones if the proof needs their messages."""
        reports = batch.reports(AnswerReport.joined(found.values(), self._kit))
        if all(is_as_expected(answer, report) and not unread(answer, report) for answer, report in reports):
            return found
        return {task: report for task, report in found.items() if not report.outdated}

    def _finish(self, batch: Batch, report: AnswerReport) -> None:
        self.reports |= {answer.name: mine for answer, mine in batch.reports(report)}
        self._finished.append(batch)
        self._progress(len(self._finished), self._total)

    def _in_doubt(self) -> list[Batch]:
        """Return the answers, alone, of batches that did not end as expected; nothing is examined twice."""
        return [
            again
            for batch in list(self._finished)
            if not all(self._settled(answer, batch) for answer in batch.answers)
            for again in self._limited(single(answer, self._kit) for answer in batch.answers)
            if again not in self._batches.values()
        ]

    def _limited(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Yield the batches that say something about the answers and tasks of this proof."""
        for batch in batches:
            if (limited := batch.within(self._tasks, self._answers)).parts:
                yield limited

    def _settled(self, answer: Answer, batch: Batch) -> bool:
        """Return whether an answer ended as expected, unaffected by others in the same submission."""
        report = self.reports[answer.name]
        apart = len(batch.parts) == 1 or report.status == Status.GRADED
        return apart and self._ended_as_expected(answer)

    def _ended_as_expected(self, answer: Answer) -> bool:
        return is_as_expected(answer, self.reports[answer.name])


def _refuse_errors_of_checks(solved: AnswerReport) -> None:
    """Raise KitError if checks fail themselves on the solution: then they say nothing of any answer."""
    problems = [
        f"The check {result.name} raises an error of its own on the solution: {result.message}"
        for result in solved.checks
        if result.outcome == Outcome.GRADER_ERROR
    ]
    if problems:
        raise KitError("\n".join(problems))


@dataclass(frozen=True)
class Proof:
    """The matrix of a kit, the problems that keep it from being proven, and notes for its author.

    `examined` and `reused` count submissions.
    """

    matrix: Matrix
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
    examined: int = 0
    reused: int = 0


def known_answers(root: Path, kit: Kit) -> tuple[Answer, ...]:
    """Return solution, stub, parts, alternatives, mistakes and mutants, in this order; raises KitError."""
    right = solution(root, kit)
    unsolved = make_stub(right.text, kit.tasks, f"solutions/{kit.slug}/{kit.module}.py")
    return (
        right,
        Answer("stub", "stub", "What a student starts from.", unsolved, kit.tasks),
        *(
            Answer("part", f"{task} alone", "One task of the solution.", only_task(right, [task]), (task,))
            for task in kit.tasks
        ),
        *alternatives(root, kit),
        *mistakes(root, kit),
        *mutants(right),
        *claims(right, kit.config.remote),
    )


def prove(
    root: Path,
    kit: Kit,
    executor: Executor,
    progress: Progress = lambda done, total: None,
    *,
    known: KnownResults | None = None,
    task: str | None = None,
    write: bool = False,
    one_by_one: bool = False,
) -> Proof:
    """Examine every known answer, and call `progress` for each submission. Raises KitError.

    One submission combines many answers, and has each mutant in its own task. If it does not end as expected,
    each of its answers is examined alone, a mutant in all tasks that it reaches. With `one_by_one`, every
    answer is alone from the beginning. This takes longer, and finds what can stay undetected otherwise: see
    `combined_answers`.

    `known` has the results of earlier proofs, which are reused. With `task`, only its checks and its answers
    count. With `write`, a proof without problems writes the solution's networks and the replies of the
    mistakes beside the checks.
    """
    refuse_mistakes(root, kit)
    every, equivalent = known_answers(root, kit), read_equivalents(root, kit)
    # Batches are made of all answers, so that a proof of one task reuses results of a whole one.
    if one_by_one:
        batches = [single(answer, kit) for answer in every]
    else:
        batches = _first_batches(kit, every, equivalent)
    answers, tasks = every, kit.tasks
    if task is not None:
        answers, tasks = tuple(_of_task(every, kit, task)), (task,)
        names = {answer.name for answer in answers if answer.kind == "mutant"}
        equivalent = {name: reason for name, reason in equivalent.items() if name in names}
    known = known or KnownResults(kit, "", None)
    examination = Examination(kit, executor, progress, known, answers, tasks)
    examination.examine(batches)
    matrix = Matrix(kit, answers, examination.reports, () if task is None else tasks)
    problems, notes = find_problems(matrix, equivalent, public_text(root, kit)), list[str]()
    if task is None:
        problems, notes = _judge_whole_kit(root, matrix, problems, equivalent, write=write)
    return Proof(matrix, tuple(problems), tuple(notes), examination.examined, examination.reused)


def _judge_whole_kit(
    root: Path, matrix: Matrix, problems: Sequence[str], equivalent: Collection[str], *, write: bool
) -> tuple[list[str], list[str]]:
    """Return the problems and the notes of a proof of all tasks, given the `problems` of its matrix.

    With `write`, a proof without problems writes down the solution's networks and the replies.
    """
    kit = matrix.kit
    problems = [*problems, *disagreements(root, kit)]
    notes = [
        *_unmarked(kit),
        *find_leftovers(root, kit),
        *tolerated_mutants(matrix, equivalent),
        *indistinguishable(matrix),
    ]
    if not problems:
        solved = matrix.reports["solution"]
        if write:
            write_expected(root, kit, solved)
            write_replies(root, matrix)
        problems += outdated_networks(root, kit, solved)
    if not problems:
        # Outdated replies make no diagnosis wrong, only fewer of them certain.
        notes += outdated_replies(root, matrix)
    return problems, notes


def _unmarked(kit: Kit) -> Iterator[str]:
    """Yield a note for each check whose file is hidden and whose messages are not."""
    for check in kit.unmarked_checks:
        yield (
            f"{check.place}: students read the messages of {check.name}, but do not receive the check. Mark "
            "it as hidden, or move it to test_public.py."
        )


def _of_task(answers: Sequence[Answer], kit: Kit, task: str) -> Iterator[Answer]:
    """Yield the answers that say something about the checks of one task."""
    names = frozenset(check.name for check in kit.checks if check.task == task)
    for answer in answers:
        if task in answer.tasks or answer.fails & names:
            yield answer.of_checks(names)


def _first_batches(kit: Kit, answers: Sequence[Answer], equivalent: Collection[str]) -> list[Batch]:
    """Return the batches to examine first.

    A mutant that all checks have to see is alone: one that is known to survive, and one of `claims`, which a
    hidden check must notice even if a public one does.
    """
    by_kind: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_kind[answer.kind].append(answer)
    (right,) = by_kind["solution"]
    alone: list[Answer] = []
    together: list[Answer] = []
    for mutant in by_kind["mutant"]:
        needs_all_checks = mutant.name in equivalent or mutant.operator == CLAIMED
        (alone if needs_all_checks else together).append(mutant)
    return [
        *(single(answer, kit) for kind in ("solution", "stub", "part") for answer in by_kind[kind]),
        *batch_answers(by_kind["alternative"], kit),
        *batch_answers(by_kind["mistake"], kit),
        *(single(mutant, kit) for mutant in alone),
        *batch_mutants(together, right, kit),
    ]


def public_text(root: Path, kit: Kit) -> str:
    """Return the text that students have: docstrings of tasks, support code, public checks."""
    code = [content.decode() for name, content in kit.given.items() if name.endswith(".py")]
    return "\n".join([*task_docstrings(root, kit), *code, kit.files["test_public.py"].decode()])


def task_docstrings(root: Path, kit: Kit) -> list[str]:
    """Return the docstrings of the student's file."""
    return [
        ast.get_docstring(node) or ""
        for node in ast.walk(parse(solution(root, kit).text, f"{kit.module}.py"))
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)
    ]
