"""One run: the student's file is loaded, put to the public checks, and drawn where it is right."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

from ..examiner.proxies import Calls, Proxies
from ..examiner.putting import Putting
from ..examiner.replay import Replays
from ..examiner.session import CheckSession
from ..inside.load import Loaded, load
from ..kit import Check
from ..records import Source
from .calls import LocalCalls, definitions
from .folder import Handout
from .process import Event

Emit = Callable[[Event], None]


def _forget(event: Event) -> None:
    """Keeps nothing."""


@dataclass(frozen=True)
class Run:
    """What every run needs. It may be used once in a process: what the student's code does there stays."""

    handout: Handout
    session: CheckSession
    proxies: Proxies
    slow: frozenset[str]
    prepare: Callable[[], None]
    replays: Replays
    emit: Emit
    # Told of every path that led to results, so that the next run need not take it again.
    keep: Emit = _forget

    def put(self, names: Sequence[str], first: Collection[str] = ()) -> None:
        """Put the checks of these names, those that train last, and tell of everything as it happens.

        The tasks in `first` are drawn as soon as they are solved, the others when all checks are done.
        """
        source = self._choose()
        loaded = source and self._load(source)
        if not loaded:
            return
        local = LocalCalls(loaded, self.prepare, lambda task: self.emit({"calling": task}))
        calls = Calls(local)
        self.proxies.attach(calls)
        passed: set[str] = set()
        drawn: set[str] = set()

        def tell(event: Event) -> None:
            if "check" in event:
                result = event["check"]
                passed.update([result["name"]] if result["outcome"] == "passed" else [])
                places = local.places.get(result["message"], [])
                self.emit(event | {"places": [asdict(place) for place in places]})
            elif "path" in event:
                self.keep(event["path"])
            elif "begin" in event:
                self.emit(event)

        putting = Putting(self.session, calls, self.replays, None, self.prepare, tell)
        for slow, drawable in ((False, first), (True, self.handout.tasks)):
            wanted = [check for check in self._in_order(names) if (check.name in self.slow) is slow]
            for _, together in groupby(wanted, key=lambda check: check.task):
                putting.put(list(together))
            self.emit({"verdict": True})
            drawn |= set(self._draw(loaded, [task for task in drawable if task not in drawn], passed))

    def _in_order(self, names: Sequence[str]) -> list[Check]:
        by_name = {check.name: check for check in self.handout.checks}
        return [by_name[name] for name in names]

    def _choose(self) -> Source | None:
        chosen = self.handout.chosen()
        name = chosen.source.filename if chosen.source else None
        self.emit({"chosen": name, "problem": chosen.problem, "notes": chosen.notes})
        return chosen.source

    def _load(self, source: Source) -> Loaded | None:
        """Load the source as the grader does."""
        loaded = load(self.handout.module, source.filename, source.cells, source.tolerant)
        found = definitions(loaded.module, self.handout.tasks, loaded.filenames)
        places = {task: asdict(place) for task, place in found.items()}
        report = loaded.report
        self.emit({"problem": report["problem"], "notes": report["notes"], "definitions": places})
        return loaded if report["ok"] else None

    def _draw(self, loaded: Loaded, tasks: Collection[str], passed: set[str]) -> Iterator[str]:
        """Show what tasks make of the lesson's networks, where the kit can draw and all is right."""
        if not (path := self.handout.about.get("picture")):
            return
        module, _, function = path.rpartition(".")
        draw = getattr(importlib.import_module(module), function)
        for task in tasks:
            mine = {check.name for check in self.handout.checks if check.task == task}
            if mine and mine <= passed:
                yield task
                sys.modules[self.handout.module] = loaded.module
                self.prepare()
                try:
                    self.emit({"picture": draw(task, loaded.module), "task": task})
                except Exception as error:  # a picture is a gift: without one nothing is wrong
                    print(f"The picture of {task} could not be drawn: {type(error).__name__}: {error}")
