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

from ..checks.proxies import Proxies
from ..checks.result_cache import GeneratedNames, ResultCache
from ..checks.session import CheckSession
from ..checks.training_cache import TrainingCache, TrainingFiles
from ..kit import Kit
from ..models import Submission
from ..sandbox.guest.kernel import end_with_parent
from ..sandbox.guest.startup import KERAS_EXTRAS, disabled_tricks, freeze_gc, preload
from ..sandbox.policy import Isolation, Limits
from ..sandbox.protocol import IsolationUnavailable
from ..sandbox.sandbox import Sandbox
from . import fork
from .examination import Examination, check_seconds, sandbox_limits


def main(descriptor: int) -> None:
    """Serve the client at the other end of `descriptor`."""
    # Ctrl-C reaches the whole foreground group: the client decides what becomes of the work.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever ends the client ends the submission that is being examined.
    end_with_parent()
    link = Connection(descriptor)
    try:
        kit = Kit.unzip(link.recv_bytes())
        options = json.loads(link.recv_bytes())
        with tempfile.TemporaryDirectory(prefix="examiner-") as folder:
            _serve(kit, options, Path(folder), link)
    except EOFError:
        return
    except IsolationUnavailable as error:
        send_message(link, unavailable=str(error))
    except Exception:
        send_message(link, fault=traceback.format_exc())


def _serve(kit: Kit, options: dict[str, Any], folder: Path, link: Connection) -> None:
    with Sandbox(
        given=kit.given,
        module=kit.module,
        preload=kit.config.preload,
        prepare=kit.config.prepare,
        seed=kit.seed,
        limits=Limits.from_table(sandbox_limits(kit)),
        isolation=Isolation(options["isolation"]),
    ) as sandbox:
        serve_examiner(sandbox, kit, options["store"] and Path(options["store"]), folder, link)


def serve_examiner(
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
            replays=ResultCache(GeneratedNames.of(kit.files)),
            prepare=preparation(kit),
            call_seconds=call_seconds,
            check_seconds=check_seconds(kit),
            isolation=level,
            watch=watch,
        )
        freeze_gc()
        sandbox.wait()
        send_message(link, ready=True)
        while True:
            submission = Submission.from_bytes(link.recv_bytes())
            send_message(link, report=examination.examine(submission).to_json(review=True))

    CheckSession(kit, serve).run(folder)


def warm_up(kit: Kit, folder: Path, module: ModuleType, store: Path | None = None) -> TrainingCache | None:
    """Import what the kit declares, beside the hidden inputs, with `module` in the submission's place.

    Returns the store that now stands before the kit's training function, if the kit has one.
    """
    sys.path.insert(0, str(folder / "given"))
    sys.modules[kit.module] = module
    preload(names := kit.config.preload, unused_imports(kit), disabled_tricks())
    for name in names:
        if hasattr(sys.modules[name], "INPUT_FOLDERS"):
            sys.modules[name].INPUT_FOLDERS.append(folder / "hidden")
    preparation(kit)()
    if train := kit.config.train:
        owner, name = _declared(train)
        trainings = TrainingCache(
            getattr(owner, name), kit.given_code, TrainingFiles(store) if store else None
        )
        setattr(owner, name, trainings)
        return trainings
    return None


def unused_imports(kit: Kit) -> tuple[str, ...]:
    """Return what Keras would import and no code of the kit uses."""
    code = "\n".join(content.decode() for name, content in kit.files.items() if name.endswith(".py"))
    return tuple(name for name, word in KERAS_EXTRAS.items() if word not in code)


def preparation(kit: Kit) -> Callable[[], None]:
    """The kit's own preparation, with its seed: what comes after does not depend on what came before."""
    if prepare := kit.config.prepare:
        owner, name = _declared(prepare)
        return partial(getattr(owner, name), kit.seed)
    return lambda: None


def _declared(path: str) -> tuple[ModuleType, str]:
    """The module and the name in `module.name`."""
    module, _, name = path.rpartition(".")
    return importlib.import_module(module), name


def send_message(link: Connection, **message: Any) -> None:
    """Send one message to the client."""
    link.send_bytes(json.dumps(message).encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
