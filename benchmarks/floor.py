"""The floor: the same distinct calls, trainings and checks in one warm process a core, and nothing else.

`python benchmarks/floor.py ROOT SLUG FILE…` examines programs directly, one fork each, with the examiner's
own session, store of trainings and results of equal replies, but no sandbox, no second process, no reports.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.examiner import fork
from autograder.examiner.proxies import Calls, Proxies, SubmissionFailed
from autograder.examiner.putting import Putting
from autograder.examiner.replay import Path as Taken
from autograder.examiner.replay import Replays
from autograder.examiner.session import CheckSession
from autograder.examiner.trainings import Trained
from autograder.examiner.worker import preparation, warm_up
from autograder.kit import Kit
from autograder.wire.frames import Frame
from autograder.wire.values import pack, unpack


def main(root: Path, slug: str, programs: list[Path]) -> None:
    """Examine every program once."""
    kit = Kit.load(root, slug)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kit.write(folder)
        proxies = Proxies(kit.module, kit.tasks)
        trainings = warm_up(kit, folder, proxies)
        prepare, replays = preparation(kit), Replays()

        def serve(session: CheckSession) -> None:
            for program in programs:

                def work(emit: fork.Emit, program: Path = program) -> None:
                    module = ModuleType(kit.module)
                    exec(compile(program.read_text(), str(program), "exec"), module.__dict__)  # noqa: S102
                    calls = Calls(lambda function, request: answer(module, function, request, prepare))
                    proxies.attach(calls)
                    putting = Putting(session, calls, replays, trainings, prepare, emit)
                    for hidden in (False, True):
                        for task in kit.tasks:
                            if checks := [c for c in kit.checks if (c.task, c.hidden) == (task, hidden)]:
                                putting.put(checks)

                for event in fork.run(work, 600, fork.Bounds()):
                    if "path" in event:
                        replays.keep(Taken.from_event(event["path"]))
                    if trainings and "trained" in event:
                        trainings.keep(Trained.from_event(event["trained"]))

        CheckSession(kit, serve).run(folder)


def answer(module: ModuleType, function: str, request: Frame, prepare: Any) -> Frame:
    """Call a function of the program in this process, with arguments of its own."""
    (args, kwargs), objects = unpack(request.head["value"], request.blob)
    prepare()
    try:
        value = getattr(module, function)(*args, **kwargs)
    except Exception as error:
        raise SubmissionFailed("failed", f"{function} raised {type(error).__name__}: {error}") from error
    reply = pack({"answer": value, "args": args, "kwargs": kwargs}, known=objects)
    return Frame({"ok": True, "value": reply.head}, reply.blob)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], [Path(name) for name in sys.argv[3:]])
