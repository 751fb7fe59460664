"""Run the baseline: the grader's distinct calls, trainings and checks in one warm process, and nothing else.

`python benchmarks/baseline.py ROOT SLUG FILE…` examines programs directly, one fork each, with the examiner's
own session and caches, but without a sandbox, a second process or reports. The last line that it prints is a
JSON object with the seconds by cause.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.checks.check_events import CheckEvent, Message, TraceRecorded, TrainingFinished
from autograder.checks.failures import SubmissionFailed
from autograder.checks.proxies import Calls, Proxies
from autograder.checks.result_cache import GeneratedNames, ResultCache
from autograder.checks.runner import CheckRunner
from autograder.checks.session import CheckSession
from autograder.checks.training_cache import TrainingCache
from autograder.examiner import fork
from autograder.examiner.worker import preparation, warm_up
from autograder.kit import Kit
from autograder.models import Outcome
from autograder.wire.call_messages import CallRequest, Returned
from autograder.wire.codec import pack, unpack


class SpentReported(Message, frozen=True, tag=True):
    """A program has been examined; the seconds are by cause."""

    seconds: dict[str, float]


class Spent(dict[str, float]):
    """The seconds that were spent, by cause."""

    def timing(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same function, with its time counted under `name`."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            started = time.monotonic()
            try:
                return work(*args, **kwargs)
            finally:
                self.add(name, time.monotonic() - started)

        return timed

    def add(self, name: str, seconds: float) -> None:
        """Count `seconds` under `name`."""
        self[name] = self.get(name, 0.0) + seconds


def main(root: Path, slug: str, programs: list[Path]) -> Spent:
    """Examine every program once; return the seconds by cause."""
    kit, spent, started = Kit.load(root, slug), Spent(), time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kit.write(folder)
        proxies = Proxies(kit.module, kit.tasks)
        trainings = warm_up(kit, folder, proxies)
        results = ResultCache(GeneratedNames.from_files(kit.files))

        def serve(session: CheckSession) -> None:
            spent.add("start", time.monotonic() - started)
            for program in programs:
                work = examination(kit, session, proxies, results, trainings, program)
                for event in fork.run(work, 600, fork.Bounds(), CheckEvent | SpentReported):
                    match event:
                        case SpentReported(seconds=found):
                            for name, seconds in found.items():
                                spent.add(name, seconds)
                        case TraceRecorded(trace=trace):
                            results.store(trace)
                        case TrainingFinished(training=training) if trainings:
                            trainings.store(training)

        CheckSession(kit, serve).run(folder)
    return spent


def examination(
    kit: Kit,
    session: CheckSession,
    proxies: Proxies,
    results: ResultCache,
    trainings: TrainingCache | None,
    program: Path,
) -> Callable[[fork.Emit], None]:
    """Return the work of a fork: load a program and run every check. The last event is SpentReported."""

    def work(emit: fork.Emit) -> None:
        spent, started, prepare = Spent(), time.monotonic(), preparation(kit)
        if trainings:
            trainings.train = spent.timing("trainings", trainings.train)
        module = ModuleType(kit.module)
        exec(compile(program.read_text(), str(program), "exec"), module.__dict__)  # noqa: S102
        calls = Calls(spent.timing("calls", partial(answer, module, prepare)))
        proxies.attach(calls)
        runner = CheckRunner(session, calls, results, trainings, prepare, emit)
        for hidden in (False, True):
            for task in kit.tasks:
                if checks := [c for c in kit.checks if (c.task, c.hidden) == (task, hidden)]:
                    runner.run_checks(checks)
        spent.add("checks", time.monotonic() - started - sum(spent.values()))
        emit(SpentReported(spent))

    return work


def answer(module: ModuleType, prepare: Callable[[], None], function: str, request: CallRequest) -> Returned:
    """Call a function of the program in this process with its own copies of the arguments."""
    (args, kwargs), objects = unpack(request.arguments, request.blob)
    prepare()
    try:
        value = getattr(module, function)(*args, **kwargs)
    except Exception as error:
        raise SubmissionFailed(
            Outcome.FAILED, f"{function} raised {type(error).__name__}: {error}"
        ) from error
    reply = pack({"answer": value, "args": args, "kwargs": kwargs}, known=objects)
    return Returned(reply.head, reply.blob)


if __name__ == "__main__":
    print()
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], [Path(name) for name in sys.argv[3:]])))
