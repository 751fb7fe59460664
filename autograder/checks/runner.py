"""Puts the checks of one task to a submission, or takes the results from the path that its replies follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from math import prod
from typing import Any

from ..check_files import Check
from ..models import NetworkLayer, NetworkRecord, Outcome
from ..wire.frames import Frame
from .proxies import Calls
from .result_cache import CachedResults, Call, ResultCache, Trace, next_key
from .results import Skipped, result_of
from .session import CheckSession
from .training_cache import Training, TrainingCache

MOST_ENTRIES = 500


def read_network(task: str, reply: Frame) -> NetworkRecord | None:
    """The layers of the network in a reply, the first one first; None where it holds none that can be told.

    A reply is a submission's own word, so anything that is not as expected only ends the drawing.
    """
    try:
        told = reply.head["value"]
        place = told["value"]["dict"]["answer"]["layer"]
        layers = tuple(_layer(entry) for entry in _flat(_places(told["layers"]), place))
    except (KeyError, TypeError, IndexError, ValueError, AttributeError):
        return None
    return NetworkRecord(task, layers) if layers else None


def _places(entries: list[Any]) -> dict[int, dict[str, Any]]:
    """Entries by their place: those that were passed in say theirs, the others follow in order."""
    known = {entry["known"]: entry for entry in entries if "known" in entry}
    new = (entry for entry in entries if "known" not in entry)
    return known | dict(enumerate(new, len(known)))


def _flat(table: dict[int, dict[str, Any]], place: int) -> Iterator[dict[str, Any]]:
    """The entries of layers that hold no others, nested models opened; the first of very many."""
    waiting = [place]
    for _ in range(MOST_ENTRIES):
        if not waiting:
            return
        entry = table[waiting.pop()]
        if "layers" in entry:
            waiting += reversed(entry["layers"][:MOST_ENTRIES])
        elif "graph" in entry:
            calls = entry["graph"]["calls"][:MOST_ENTRIES]
            waiting += [call["layer"] for call in reversed(calls) if "layer" in call]
        elif entry["class"] != "InputLayer":
            yield entry


def _layer(entry: dict[str, Any]) -> NetworkLayer:
    settings = entry.get("settings", {})
    told = [entry["class"], settings.get("units") or settings.get("filters"), settings.get("activation")]
    words = [str(word)[:40] for word in told if isinstance(word, str | int)]
    sizes = [prod(weight["shape"]) for weight in entry.get("weights", ())]
    trains = entry.get("trains", [True] * len(sizes))
    free = entry.get("trainable", True)
    training = sum(size for size, each in zip(sizes, trains, strict=True) if free and each)
    return NetworkLayer(" ".join(words), sum(sizes), training)


Emit = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class CheckRunner:
    """What it takes to put checks to the submission behind `calls`.

    `prepare` is called before every check, so that none depends on what ran before it. Where `brief`, checks
    of a task behind the first that is lost are lost unseen.
    """

    session: CheckSession
    calls: Calls
    replays: ResultCache
    trainings: TrainingCache | None
    prepare: Callable[[], None]
    emit: Emit
    brief: bool = False
    _lost: dict[str, str] = field(default_factory=dict, init=False)

    def put(self, checks: Sequence[Check]) -> None:
        """Settle `checks`, which share what they ask, and tell of each as it is done."""
        if self.brief and (lost := self._lost.get(checks[0].task)):
            for check in checks:
                self.emit({"check": asdict(result_of(check, Skipped(lost), 0.0))})
            return
        started = time.monotonic()
        self.calls.asked.clear()
        self.emit({"begin": checks[0].name})
        place = start = " ".join(check.name for check in checks)
        while isinstance(step := self.replays.step(place), Call):
            digest = self.replays.digest(self.calls.ask(step.function, step.request), step.request)
            if digest is None:
                break
            place = next_key(place, digest)
        if isinstance(step, CachedResults):
            self._replay(step, time.monotonic() - started)
        else:
            self._run(checks, start)
        self._draw(checks[0])

    def _replay(self, end: CachedResults, seconds: float) -> None:
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
        if isinstance(reply, Frame) and (network := read_network(check.task, reply)):
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

        def report(training: Training) -> None:
            self.emit({"trained": training.to_event()})
            trained.append((running[-1], replace(training, data=None).to_event()))

        if self.trainings:
            self.trainings.report = report
        results = []
        for found in self.session.examine(checks, begin, self.brief):
            results.append(found)
            self.emit({"check": asdict(found)})
            if self.brief and found.outcome != Outcome.PASSED:
                self._lost.setdefault(found.task, found.name)
        if checks[0].task in self._lost:
            return
        calls, words = [], " ".join(found.message for found in results)
        for function, request, reply in self.calls.asked:
            digest = self.replays.digest(reply, request)
            if digest is None or any(name in words for name in self.replays.numbered_names(reply, request)):
                return
            calls.append((Call(function, request), digest))
        path = Trace(
            start,
            tuple(calls),
            CachedResults(tuple(replace(found, seconds=0.0) for found in results), tuple(trained)),
        )
        if path.repeatable:
            self.emit({"path": path.to_event()})
