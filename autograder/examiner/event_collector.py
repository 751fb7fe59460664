"""Collect the events of one submission's examination, and give every check a result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from ..checks.check_events import (
    CheckEvent,
    CheckFinished,
    CheckStarted,
    NetworkReturned,
    OutputCaptured,
    SourceSelected,
    SubmissionLoaded,
    TaskReplied,
    TrainingFinished,
)
from ..checks.result_cache import NOT_REPEATABLE
from ..checks.results import MESSAGE_LENGTH, make_result
from ..declared_checks import Check
from ..files import sha256_of_parts
from ..kit import Kit
from ..models import CheckResult, NetworkRecord, Outcome, ReviewNote, TrainingRecord
from ..text import clean

MAX_OUTPUT = 20_000
MAX_SOURCE = 200_000
# Hexadecimal digits of a digest: enough to tell all answers of a course apart.
DIGEST_LENGTH = 32


class EventCollector:
    """Collects the events of the forks that examine one submission, and handles forks that end early.

    `problem` says why the submission cannot be read. `checks` are those to run: all of the kit, or those of
    some `tasks`.
    """

    def __init__(self, kit: Kit, problem: str | None = None, tasks: Collection[str] = ()) -> None:
        self.problem = problem
        self.checks = [check for check in kit.checks if not tasks or check.task in tasks]
        self.device = "CPU"
        self.results: dict[str, CheckResult] = {}
        self.trainings: list[TrainingRecord] = []
        self.review: tuple[ReviewNote, ...] = ()
        self.source = ""
        self._replies: defaultdict[str, list[str]] = defaultdict(list)
        self._notes: dict[str, None] = {}
        self._networks: dict[str, NetworkRecord] = {}
        self._running: Check | None = None
        self._printed = {False: "", True: ""}
        # Output of the current fork that is already in the report.
        self._reported = ""

    @property
    def notes(self) -> list[str]:
        """Return the sentences for the report, without duplicates."""
        return list(self._notes)

    @property
    def networks(self) -> tuple[NetworkRecord, ...]:
        """Return the networks of the tasks, at most one per task."""
        return tuple(self._networks.values())

    @property
    def replies(self) -> dict[str, str]:
        """Return the digest of the replies for each task whose checks all ran and ended normally."""
        interrupted = {result.task for result in self.results.values() if result.outcome in NOT_REPEATABLE}
        return {
            task: sha256_of_parts(digest.encode() for digest in digests)[:DIGEST_LENGTH]
            for task, digests in self._replies.items()
            if task not in interrupted
        }

    @property
    def output(self) -> str:
        """Return the output of the submission before the first hidden check."""
        return clean(self._printed[False], MAX_OUTPUT)

    @property
    def hidden_output(self) -> str:
        """Return the output of the submission from the first hidden check on."""
        return clean(self._printed[True], MAX_OUTPUT)

    @property
    def remaining(self) -> list[Check]:
        """Return the checks without a result, public ones first."""
        checks = [check for check in self.checks if check.name not in self.results]
        return sorted(checks, key=lambda check: check.hidden)

    def record(self, event: CheckEvent) -> None:
        """Record one event of a fork."""
        match event:
            case CheckStarted(check=name):
                self._running = next(check for check in self.checks if check.name == name)
            case CheckFinished(result=result):
                self.results[result.name] = result
                self._running = None
            case TrainingFinished(training=training) if self._running:
                record = TrainingRecord(self._running.name, training.weights_sha256, training.value)
                self.trainings.append(record)
            case TaskReplied(task=task, digest=digest):
                self._replies[task].append(digest)
            case NetworkReturned(network=network):
                self._networks.setdefault(network.task, network)
            case OutputCaptured(text=text, hidden=hidden):
                self._printed[hidden] += text.removeprefix(self._reported)
                self._reported = text
            case SourceSelected():
                self.device = event.device
                self.source = clean(event.source, MAX_SOURCE)
                notes = (ReviewNote(note.reason, clean(note.text, MESSAGE_LENGTH)) for note in event.review)
                self.review = tuple(dict.fromkeys((*self.review, *notes)))
                self._record_loading(event)
            case SubmissionLoaded(output=output):
                # A later fork loads the submission again, which repeats the output.
                self._reported = output if any(self._printed.values()) else ""
                self._record_loading(event)

    def interrupt(self, outcome: Outcome, reason: str) -> None:
        """Assign `outcome` to the check that was running when a fork ended early.

        If no check was running, the submission cannot be read.
        """
        if self._running is None:
            text = "Reading it took more than the examiner's limits: is the code nested very deeply?"
            self._cannot_be_read(text)
            return
        message = f"Checking the answer of {self._running.task} ended the examining process: {reason}."
        self.results[self._running.name] = make_result(self._running, outcome, message)
        self._running = None

    def end_at_limit(self, seconds: float) -> None:
        """Time out every check without a result after the submission's time limit of `seconds`."""
        message = (
            f"This check has no result: the submission used up its limit of {seconds:g} s for all checks "
            "together (submission_seconds)."
        )
        for check in self.remaining:
            result = make_result(check, Outcome.TIMED_OUT, message, student_message=message)
            self.results[check.name] = result
        self._running = None

    def _record_loading(self, event: SourceSelected | SubmissionLoaded) -> None:
        self._notes |= dict.fromkeys(clean(note, MESSAGE_LENGTH) for note in event.notes)
        if event.problem is not None:
            self._cannot_be_read(clean(event.problem, MESSAGE_LENGTH))

    def _cannot_be_read(self, problem: str) -> None:
        """Record why the submission cannot be read.

        If an earlier fork produced results, they are kept, and the remaining checks count as crashed.
        """
        if not self.results:
            self.problem = problem
            return
        for check in self.remaining:
            message = f"The submission could not be loaded again: {problem}"
            self.results[check.name] = make_result(check, Outcome.CRASHED, message)
