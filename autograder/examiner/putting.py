"""Puts the checks of one task to a submission, or takes the results from the path that its replies follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..kit import Check
from ..wire.frames import Frame
from .anatomy import anatomy
from .outcome import LeftOut, result
from .proxies import Calls
from .replay import Ask, Path, Replays, Settled, onward
from .session import CheckSession
from .trainings import Trained, Trainings

if TYPE_CHECKING:
    from .fork import Emit  # students use this where nothing can fork


@dataclass(frozen=True)
class Putting:
    """What it takes to put checks to the submission behind `calls`.

    `prepare` is called before every check, so that none depends on what ran before it. Where `brief`, checks
    of a task behind the first that is lost are lost unseen.
    """

    session: CheckSession
    calls: Calls
    replays: Replays
    trainings: Trainings | None
    prepare: Callable[[], None]
    emit: Emit
    brief: bool = False
    _lost: dict[str, str] = field(default_factory=dict, init=False)

    def put(self, checks: Sequence[Check]) -> None:
        """Settle `checks`, which share what they ask, and tell of each as it is done."""
        if self.brief and (lost := self._lost.get(checks[0].task)):
            for check in checks:
                self.emit({"check": asdict(result(check, LeftOut(lost), 0.0))})
            return
        started = time.monotonic()
        self.calls.asked.clear()
        self.emit({"begin": checks[0].name})
        place = start = " ".join(check.name for check in checks)
        while isinstance(step := self.replays.step(place), Ask):
            digest = self.replays.digest(self.calls.ask(step.function, step.request), step.request)
            if digest is None:
                break
            place = onward(place, digest)
        if isinstance(step, Settled):
            self._replay(step, time.monotonic() - started)
        else:
            self._run(checks, start)
        self._draw(checks[0])

    def _replay(self, end: Settled, seconds: float) -> None:
        """Tell the results of an earlier submission; the time is what this one's calls took."""
        for kept in end.results:
            self.emit({"begin": kept.name})
            for check, trained in end.trained:
                if check == kept.name:
                    self.emit({"trained": trained})
            self.emit({"check": asdict(replace(kept, seconds=round(seconds, 3)))})
            seconds = 0.0

    def _draw(self, check: Check) -> None:
        """Tell what the first answer to a public check is made of: students may look at it."""
        reply = self.calls.asked[0][2] if self.calls.asked and not check.hidden else None
        if isinstance(reply, Frame) and (network := anatomy(check.task, reply)):
            self.emit({"network": asdict(network)})

    def _run(self, checks: Sequence[Check], start: str) -> None:
        """Run the checks, and tell the path they took where another submission may follow it."""
        self.calls.asked.clear()
        running: list[str] = []
        trained: list[tuple[str, dict[str, Any]]] = []

        def begin(check: Check) -> None:
            running.append(check.name)
            self.emit({"begin": check.name})
            self.prepare()

        def report(training: Trained) -> None:
            self.emit({"trained": training.to_event()})
            trained.append((running[-1], replace(training, data=None).to_event()))

        if self.trainings:
            self.trainings.report = report
        results = []
        for found in self.session.examine(checks, begin, self.brief):
            results.append(found)
            self.emit({"check": asdict(found)})
            if self.brief and found.outcome != "passed":
                self._lost.setdefault(found.task, found.name)
        if checks[0].task in self._lost:
            return
        calls, words = [], " ".join(found.message for found in results)
        for function, request, reply in self.calls.asked:
            digest = self.replays.digest(reply, request)
            if digest is None or any(name in words for name in self.replays.numbered_names(reply, request)):
                return
            calls.append((Ask(function, request), digest))
        path = Path(
            start,
            tuple(calls),
            Settled(tuple(replace(found, seconds=0.0) for found in results), tuple(trained)),
        )
        if path.repeatable:
            self.emit({"path": path.to_event()})
