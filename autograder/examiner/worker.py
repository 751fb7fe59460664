"""The warm process: one sandbox, one pytest session, one submission after another until the link closes.

Run as `python -m autograder.examiner.worker FD` by the client; FD is its end of a socket pair.
"""

from __future__ import annotations

import importlib
import json
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

from ..inside.garbage import settle
from ..inside.preload import preload
from ..kit import Kit
from ..records import Submission
from ..sandbox import Isolation, IsolationUnavailable, Limits, Sandbox
from . import fork
from .examine import Examination
from .extras import needless
from .limits import check_seconds, sandbox_limits
from .names import Names
from .proxies import Proxies
from .replay import Replays
from .session import CheckSession
from .trainings import Cache, Trainings


def main(descriptor: int) -> None:
    """Serve the client at the other end of `descriptor`."""
    # Ctrl-C reaches the whole foreground group: the client decides what becomes of the work.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    link = Connection(descriptor)
    try:
        kit = Kit.unzip(link.recv_bytes())
        options = json.loads(link.recv_bytes())
        with tempfile.TemporaryDirectory(prefix="examiner-") as folder:
            _serve(kit, options, Path(folder), link)
    except EOFError:
        return
    except IsolationUnavailable as error:
        say(link, unavailable=str(error))
    except Exception:
        say(link, fault=traceback.format_exc())


def _serve(kit: Kit, options: dict[str, Any], folder: Path, link: Connection) -> None:
    with Sandbox(
        given=kit.given,
        module=kit.module,
        preload=kit.config.get("preload", ()),
        without=options["without"],
        prepare=kit.config.get("prepare"),
        seed=kit.seed,
        limits=Limits.of(sandbox_limits(kit)),
        isolation=Isolation(options["isolation"]),
    ) as sandbox:
        serve_with(sandbox, kit, options["store"] and Path(options["store"]), folder, link)


def serve_with(
    sandbox: Sandbox,
    kit: Kit,
    store: Path | None,
    folder: Path,
    link: Connection,
    watch: Callable[[fork.Event], None] = lambda event: None,
) -> None:
    """Examine one submission after another in `sandbox`; `folder` is for the kit's files alone."""
    kit.write(folder)
    proxies = Proxies(kit.module, kit.tasks)
    trainings = warm_up(kit, folder, proxies, store)
    call_seconds, level = sandbox.limits.call_seconds, sandbox.isolation.value

    def serve(session: CheckSession) -> None:
        examination = Examination(
            kit=kit,
            session=session,
            proxies=proxies,
            sandbox=sandbox,
            trainings=trainings,
            replays=Replays(Names.of(kit.files)),
            prepare=preparation(kit),
            call_seconds=call_seconds,
            check_seconds=check_seconds(kit),
            isolation=level,
            watch=watch,
        )
        settle()
        sandbox.wait()
        say(link, ready=True)
        while True:
            submission = Submission.from_bytes(link.recv_bytes())
            say(link, report=examination.examine(submission).to_json())

    CheckSession(kit, serve).run(folder)


def warm_up(kit: Kit, folder: Path, module: ModuleType, store: Path | None = None) -> Trainings | None:
    """Import what the kit declares, beside the hidden inputs, with `module` in the submission's place.

    Returns the store that now stands before the kit's training function, if the kit has one.
    """
    sys.path.insert(0, str(folder / "given"))
    sys.modules[kit.module] = module
    preload(names := kit.config.get("preload", ()), needless(kit))
    for name in names:
        if hasattr(sys.modules[name], "INPUT_FOLDERS"):
            sys.modules[name].INPUT_FOLDERS.append(folder / "hidden")
    preparation(kit)()
    if train := kit.config.get("train"):
        owner, name = _declared(train)
        trainings = Trainings(getattr(owner, name), kit.given_code, Cache(store) if store else None)
        setattr(owner, name, trainings)
        return trainings
    return None


def preparation(kit: Kit) -> Callable[[], None]:
    """The kit's own preparation, with its seed: what comes after does not depend on what came before."""
    if prepare := kit.config.get("prepare"):
        owner, name = _declared(prepare)
        return partial(getattr(owner, name), kit.seed)
    return lambda: None


def _declared(path: str) -> tuple[ModuleType, str]:
    """The module and the name in `module.name`."""
    module, _, name = path.rpartition(".")
    return importlib.import_module(module), name


def say(link: Connection, **message: Any) -> None:
    """Send one message to the client."""
    link.send_bytes(json.dumps(message).encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
