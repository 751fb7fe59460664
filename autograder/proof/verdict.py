"""Decide from the results of all known answers whether a kit is proven."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from ..declared_checks import Check
from ..kit import Kit, KitError, read_text
from ..models import CheckResult, Outcome
from ..validation import InvalidDataError, place, read_toml
from .answers import Answer
from .earlier_results import AnswerReport
from .mutation import CLAIMED
from .operators import STRICT_OPERATORS

# How many mutants `equivalent.toml` may excuse: this share of all, or this number in a small kit.
EXCUSABLE_SHARE, EXCUSABLE = 0.05, 2
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Matrix:
    """Known answers × checks: the report of every answer. `tasks` are those of the proof, empty for all."""

    kit: Kit
    answers: tuple[Answer, ...]
    reports: Mapping[str, AnswerReport]
    tasks: tuple[str, ...] = ()

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of these tasks, or all."""
        return tuple(check for check in self.kit.checks if not self.tasks or check.task in self.tasks)

    def results(self, answer: Answer) -> dict[str, CheckResult]:
        """Return an answer's results by the name of the check."""
        return {result.name: result for result in self.reports[answer.name].checks}

    def failed(self, answer: Answer) -> frozenset[str]:
        """Return the checks that did not pass on an answer."""
        return failed(self.reports[answer.name])

    @cached_property
    def refused(self) -> frozenset[str]:
        """The checks that the solution fails: a failure of theirs tells nothing of another answer."""
        return frozenset[str]().union(*(self.failed(answer) for answer in self.of("solution")))

    def of(self, *kinds: str) -> list[Answer]:
        """Return the answers of some kinds, in order."""
        return [answer for answer in self.answers if answer.kind in kinds]

    def detected(self) -> tuple[int, int]:
        """Return how many mutants a check noticed, and how many there are."""
        mutants = self.of("mutant")
        return sum(bool(self.failed(mutant)) for mutant in mutants), len(mutants)

    def operators(self) -> list[tuple[str, int, int]]:
        """Return each mutation operator with how many of its mutants were noticed, and how many there are."""
        made = Counter(mutant.operator for mutant in self.of("mutant"))
        noticed = Counter(mutant.operator for mutant in self.of("mutant") if self.failed(mutant))
        return [(operator, noticed[operator], count) for operator, count in sorted(made.items())]


def failed(report: AnswerReport) -> frozenset[str]:
    """Return the checks that did not pass."""
    return frozenset(result.name for result in report.checks if result.outcome != Outcome.PASSED)


def is_as_expected(answer: Answer, report: AnswerReport) -> bool:
    """Return whether an answer fails exactly the checks that it must fail; a mutant, any check."""
    if answer.kind == "mutant":
        return bool(failed(report))
    return answer.kind == "stub" or failed(report) == answer.fails


def unread(answer: Answer, report: AnswerReport) -> list[str]:
    """Return the words of `expected_messages` that a student with this answer does not read."""
    read = _read_by_student(report)
    return [word for word in answer.expected_messages if word.casefold() not in read]


def find_problems(matrix: Matrix, equivalent: Mapping[str, str], public_text: str) -> list[str]:
    """Return one sentence per problem that keeps the kit from being proven.

    `equivalent` maps a mutant that no check can notice to the place of its excuse; `public_text` is the text
    that students have: its numbers are no secrets.
    """
    return [
        *_right_answers(matrix),
        *_parts(matrix),
        *_stub(matrix),
        *_mistakes(matrix),
        *_idle_checks(matrix),
        *_mutants(matrix, equivalent),
        *_claims(matrix),
        *_feedback(matrix, public_text),
        *_grader_errors(matrix),
    ]


def read_equivalents(root: Path, kit: Kit) -> dict[str, str]:
    """Return, by mutant, the line of `solutions/<slug>/equivalent.toml` that excuses it; raises KitError."""
    path = f"solutions/{kit.slug}/equivalent.toml"
    text = read_text(root, path) or ""
    try:
        reasons = read_toml(text, dict[str, Any], path)
    except InvalidDataError as error:
        raise KitError(str(error)) from None
    places = {name: place(path, text, name) for name in reasons}
    for name, reason in reasons.items():
        if not isinstance(reason, str):
            raise KitError(f"{places[name]}: expected the reason as a text for {name!r}, found {reason}.")
    return places


def _right_answers(matrix: Matrix) -> Iterator[str]:
    for answer in matrix.of("solution", "alternative"):
        for result in matrix.results(answer).values():
            if result.outcome not in (Outcome.PASSED, Outcome.GRADER_ERROR):
                yield (
                    f"The right answer {answer.name} loses {result.max_points:g} points in {result.name} "
                    f"({result.outcome}): {result.message}"
                )


def _parts(matrix: Matrix) -> Iterator[str]:
    for answer in matrix.of("part"):
        for name, result in matrix.results(answer).items():
            if result.outcome not in (Outcome.PASSED, Outcome.GRADER_ERROR) and name not in matrix.refused:
                yield (
                    f"The check {name} is {result.outcome} where {result.task} is the only task that "
                    f"has an answer: a check must depend only on its own task. {result.message}"
                )


def _stub(matrix: Matrix) -> Iterator[str]:
    for answer in matrix.of("stub"):
        for result in matrix.results(answer).values():
            if result.outcome not in (Outcome.NOT_ATTEMPTED, Outcome.GRADER_ERROR):
                yield f"The unsolved stub must be not_attempted in {result.name}, and is {result.outcome}."


def _mistakes(matrix: Matrix) -> Iterator[str]:
    for answer in matrix.of("mistake"):
        not_passed = matrix.failed(answer)
        for name in sorted(answer.fails - not_passed):
            yield f"The check {name} missed the mistake {answer.name}: {answer.about}"
        for name in sorted(not_passed - answer.fails - matrix.refused):
            result = matrix.results(answer)[name]
            if result.outcome == Outcome.GRADER_ERROR:
                continue
            yield (
                f"The mistake {answer.name} must pass {name}, and is {result.outcome} there: "
                f"{result.message} Either the check is unfair, or FAILS must name it."
            )


def _idle_checks(matrix: Matrix) -> Iterator[str]:
    caught = frozenset[str]().union(*(matrix.failed(answer) for answer in matrix.of("mistake")))
    for check in matrix.checks:
        if check.hidden and check.name not in caught:
            yield f"The hidden check {check.name} catches no known mistake: add one, or delete the check."


def _mutants(matrix: Matrix, equivalent: Mapping[str, str]) -> Iterator[str]:
    survivors = _survivors(matrix)
    for name in sorted(set(survivors) - set(equivalent)):
        if _must_be_noticed(matrix.kit, survivors[name]):
            advice = "add a check, or say in equivalent.toml why it is right"
            yield f"No check notices the mutant “{name}”: {advice}."
    for name in sorted(set(equivalent) - set(survivors)):
        yield f"{equivalent[name]}: “{name}” is no surviving mutant: delete the line."
    excused = [name for name in equivalent if name in survivors]
    most = max(EXCUSABLE, math.floor(EXCUSABLE_SHARE * len(matrix.of("mutant"))))
    if len(excused) > most:
        yield (
            f"{equivalent[excused[most]]}: expected at most {most} excused mutants of "
            f"{len(matrix.of('mutant'))}, found {len(excused)}: add checks or simplify the solution."
        )


def tolerated_mutants(matrix: Matrix, equivalent: Collection[str]) -> Iterator[str]:
    """Yield a note on the mutants that survive because the kit has no `strict_mutants`."""
    found = [
        name
        for name, mutant in sorted(_survivors(matrix).items())
        if name not in equivalent and not _must_be_noticed(matrix.kit, mutant)
    ]
    if found:
        which = f"{len(found)} mutants that only strict kits must notice get full marks, such as"
        if len(found) == 1:
            which = "A mutant that only strict kits must notice gets full marks:"
        yield f"{which} “{found[0]}”. `strict_mutants = true` in kit.toml lists them and makes them count."


def _survivors(matrix: Matrix) -> dict[str, Answer]:
    """Return the mutants that no check notices, by name, except those that `_claims` judges."""
    made = [mutant for mutant in matrix.of("mutant") if mutant.operator != CLAIMED]
    return {mutant.name: mutant for mutant in made if not matrix.failed(mutant)}


def _must_be_noticed(kit: Kit, mutant: Answer) -> bool:
    return kit.config.strict_mutants or mutant.operator not in STRICT_OPERATORS


def _claims(matrix: Matrix) -> Iterator[str]:
    """Yield tasks whose hidden checks believe what an answer in the sandbox says of itself."""
    hidden = {check.name for check in matrix.kit.checks if check.hidden}
    for answer in matrix.of("mutant"):
        if answer.operator == CLAIMED and not matrix.failed(answer) & hidden:
            yield (
                f"No hidden check of {answer.tasks[0]} notices outputs that are zero. What an answer in the "
                "sandbox says of itself is a claim: compare what it computes on inputs of the hidden folder."
            )


def _grader_errors(matrix: Matrix) -> Iterator[str]:
    """Yield checks that raise an error of their own: a student with that answer would get no score."""
    answers: dict[tuple[str, str], list[str]] = {}
    for answer in matrix.answers:
        for result in matrix.results(answer).values():
            if result.outcome == Outcome.GRADER_ERROR:
                answers.setdefault((result.name, result.message), []).append(answer.name)
    for (check, message), names in answers.items():
        others = f" and {len(names) - 1} other answers" if len(names) > 1 else ""
        yield f"The check {check} raises an error of its own on {names[0]}{others}: {message}"


def _feedback(matrix: Matrix, public_text: str) -> Iterator[str]:
    """Yield messages that lack expected words, and texts of hidden checks that have hidden numbers."""
    for answer in matrix.of("mistake"):
        report = matrix.reports[answer.name]
        for word in unread(answer, report):
            read = _read_by_student(report)[:300]
            yield f"A student with the mistake {answer.name} does not read “{word}”, but: {read}"
    known = set(NUMBER.findall(public_text))
    for check in matrix.checks:
        if check.hidden and (given := set(NUMBER.findall(f"{check.sentence} {check.hint}")) - known):
            yield f"The hidden check {check.name} gives away {', '.join(sorted(given))}."


def _read_by_student(report: AnswerReport) -> str:
    """Return, in lower case, what a student reads about the checks that did not pass."""
    lost = sorted(
        (each for each in report.checks if each.outcome != Outcome.PASSED), key=lambda each: each.name
    )
    return " ".join(f"{each.sentence} {each.student_message} {each.hint}" for each in lost).casefold()


def matrix_page(matrix: Matrix) -> str:
    """Return a self-contained HTML page with every known answer against every check."""
    templates = Environment(loader=PackageLoader("autograder.proof"), autoescape=select_autoescape())
    return templates.get_template("matrix.html").render(matrix=matrix, kit=matrix.kit)
