"""From results to one report: scores are sums, and a grader's fault is never a silent zero."""

from __future__ import annotations

from collections.abc import Sequence

from ..check_files import Check
from ..checks.results import MESSAGE_LENGTH, make_result
from ..kit import Kit
from ..models import (
    CheckResult,
    Environment,
    NetworkLayer,
    NetworkRecord,
    Outcome,
    Report,
    ReviewNote,
    ReviewReason,
    Status,
    Submission,
    TaskScore,
    TrainingRecord,
)
from ..text import clean
from .fork import Crashed, Event, TimedOut

MAX_OUTPUT = 20_000


class EventCollector:
    """Collects what forks emit, and decides what it means when one of them is cut short."""

    def __init__(self, kit: Kit, problem: str | None = None) -> None:
        self.problem = problem
        self.device = "CPU"
        self.output = ""
        self.hidden_output = ""
        self.results: dict[str, CheckResult] = {}
        self.trainings: list[TrainingRecord] = []
        self.networks: list[NetworkRecord] = []
        self._kit = kit
        self.review: tuple[ReviewNote, ...] = ()
        self._notes: dict[str, None] = {}
        self._running: Check | None = None

    @property
    def notes(self) -> list[str]:
        """Sentences for the report, each once."""
        return list(self._notes)

    @property
    def left(self) -> list[Check]:
        """The checks without a result, public ones first."""
        checks = [check for check in self._kit.checks if check.name not in self.results]
        return sorted(checks, key=lambda check: check.hidden)

    def take(self, event: Event) -> None:
        """Take in one event of a fork."""
        if "begin" in event:
            self._running = next(check for check in self._kit.checks if check.name == event["begin"])
        elif "check" in event:
            result = CheckResult(**event["check"])
            self.results[result.name] = result
            self._running = None
        elif "trained" in event and self._running:
            trained = event["trained"]
            self.trainings.append(
                TrainingRecord(self._running.name, trained["weights_sha256"], trained["value"])
            )
        elif "network" in event:
            layers = tuple(NetworkLayer(**layer) for layer in event["network"]["layers"])
            self.networks.append(NetworkRecord(event["network"]["task"], layers))
        elif "path" in event:
            pass
        elif "output" in event:
            self.output = clean(event["output"], MAX_OUTPUT)
        elif "hidden_output" in event:
            self.hidden_output = clean(event["hidden_output"].removeprefix(self.output), MAX_OUTPUT)
        else:
            self._notes |= dict.fromkeys(clean(note, MESSAGE_LENGTH) for note in event["notes"])
            found = (
                ReviewNote(ReviewReason(reason), clean(text, MESSAGE_LENGTH))
                for reason, text in event.get("review", ())
            )
            self.review = tuple(dict.fromkeys((*self.review, *found)))
            self.problem = event["problem"] and clean(event["problem"], MESSAGE_LENGTH)
            self.device = event.get("device", self.device)

    def cut(self, end: TimedOut | Crashed) -> None:
        """Settle the check during which a fork ended; without one, reading the submission ended it."""
        if self._running is None:
            self.problem = "Reading it took more than the examiner's limits: is the code nested very deeply?"
            return
        outcome = Outcome.TIMED_OUT if isinstance(end, TimedOut) else Outcome.CRASHED
        message = f"Examining the answer of {self._running.task} ended the examining process: {end}."
        self.results[self._running.name] = make_result(self._running, outcome, message)
        self._running = None


def compose(
    kit: Kit, submission: Submission, progress: EventCollector, seconds: float, environment: Environment
) -> Report:
    """The report of a submission on which every check has a result."""
    checks = [progress.results[check.name] for check in kit.checks]
    failed = [check.name for check in checks if check.outcome == Outcome.GRADER_ERROR]
    status = Status.GRADER_ERROR if failed else Status.GRADED
    notes = _sentences(submission, progress)
    if failed:
        notes.insert(0, f"The grader failed on {', '.join(failed)}: a person must look.")
    return _report(kit, submission, status, " ".join(notes), checks, seconds, environment, progress)


def unreadable(
    kit: Kit, submission: Submission, progress: EventCollector, seconds: float, environment: Environment
) -> Report:
    """The report of a submission that cannot be read or loaded: every check is there and earns nothing."""
    checks = [
        make_result(check, Outcome.NOT_ATTEMPTED, "The submission could not be read.") for check in kit.checks
    ]
    message = " ".join([progress.problem or "", *_sentences(submission, progress)])
    return _report(kit, submission, Status.UNREADABLE, message, checks, seconds, environment, progress)


def grader_error(kit: Kit, submission: Submission, message: str, environment: Environment) -> Report:
    """The report of a submission that the grader failed to examine: it has no score."""
    checks = [make_result(check, Outcome.GRADER_ERROR, message) for check in kit.checks]
    status, none = Status.GRADER_ERROR, EventCollector(kit)
    return _report(kit, submission, status, message, checks, 0.0, environment, none)


def _sentences(submission: Submission, progress: EventCollector) -> list[str]:
    """Return what intake and examination say about a submission, with what somebody should look at."""
    review = [note.text for note in (*submission.review, *progress.review)]
    return [*submission.notes, *review, *progress.notes]


def _report(
    kit: Kit,
    submission: Submission,
    status: Status,
    message: str,
    checks: Sequence[CheckResult],
    seconds: float,
    environment: Environment,
    progress: EventCollector,
) -> Report:
    tasks = {task: _score([check for check in checks if check.task == task]) for task in kit.tasks}
    total = _score(checks)
    return Report(
        kit=kit.slug,
        kit_version=kit.version,
        student=submission.student,
        submission_sha256=submission.sha256,
        status=status,
        message=message,
        score=total.score,
        max_score=total.max_score,
        tasks=tasks,
        checks=tuple(checks),
        seconds=round(seconds, 3),
        environment=environment,
        output=progress.output,
        hidden_output=progress.hidden_output,
        trainings=tuple(progress.trainings),
        networks=tuple(progress.networks),
        review=(*submission.review, *progress.review),
    )


def _score(checks: Sequence[CheckResult]) -> TaskScore:
    unknown = any(check.outcome == Outcome.GRADER_ERROR for check in checks)
    return TaskScore(
        score=None if unknown else sum(check.points for check in checks),
        max_score=sum(check.max_points for check in checks),
    )
