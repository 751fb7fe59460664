"""What is known so far about the submission under examination, event by event."""

from __future__ import annotations

from ..kit import Check, Kit
from ..records import CheckResult, NetworkLayer, NetworkRecord, Outcome, TrainingRecord
from .fork import Died, Event, Overdue
from .outcome import clean, settle


class Progress:
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
            self.output = clean(event["output"], length=20_000)
        elif "hidden_output" in event:
            self.hidden_output = clean(event["hidden_output"].removeprefix(self.output), length=20_000)
        else:
            self._notes |= dict.fromkeys(map(clean, event["notes"]))
            self.problem = event["problem"] and clean(event["problem"])
            self.device = event.get("device", self.device)

    def cut(self, end: Overdue | Died) -> None:
        """Settle the check during which a fork ended; without one, reading the submission ended it."""
        if self._running is None:
            self.problem = "Reading it took more than the examiner's limits: is the code nested very deeply?"
            return
        outcome: Outcome = "timed_out" if isinstance(end, Overdue) else "crashed"
        message = f"Examining the answer of {self._running.task} ended the examining process: {end}."
        self.results[self._running.name] = settle(self._running, outcome, message)
        self._running = None
