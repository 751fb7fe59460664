"""Run the examiner process: one sandbox and one pytest session that serve submissions in turn.

The client runs `python -m autograder.examiner.worker FD`. FD is the process's end of a socket pair.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from ..checks.check_events import CheckEvent
from ..checks.environment import describe, engine_sha256, hardware, thread_count
from ..checks.proxies import Proxies, import_owner
from ..checks.result_cache import DisabledResultCache, GeneratedNames, ResultCache
from ..checks.session import CheckSession, CollectionError
from ..checks.training_cache import TrainingCache
from ..files import DiskCache, sha256_of_parts
from ..kit import CHECK_FILES, Kit
from ..models import Submission
from ..sandbox.guest.linux import end_with_parent
from ..sandbox.guest.startup import KERAS_EXTRAS, disabled_tricks, freeze_gc, preload
from ..sandbox.policy import Isolation, Limits
from ..sandbox.protocol import IsolationUnavailable
from ..sandbox.sandbox import Sandbox
from .client_messages import (
    Examined,
    ExaminerOptions,
    KitFailed,
    Ready,
    Unavailable,
    WorkerFailed,
    receive,
    send,
)
from .examination import Examination, ExaminationLimits, sandbox_limits

# Folders of a store.
TRAININGS, RESULTS = "trainings", "results"


class KitCodeError(RuntimeError):
    """Raised if the code of a kit cannot be imported. The message names file, line and problem."""


def main(descriptor: int) -> None:
    """Serve the client at the other end of the file descriptor."""
    serve_client(descriptor, _serve)


def serve_client(descriptor: int, serve: Callable[[Connection, Path], None]) -> None:
    """Call `serve` with the link to the client and a temporary folder, and report failures to the client."""
    # Ctrl-C signals the whole foreground process group. The client decides how to stop the work.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # End the process when the client ends, including the examination in progress.
    end_with_parent()
    link = Connection(descriptor)
    try:
        with tempfile.TemporaryDirectory(prefix="examiner-") as folder:
            serve(link, Path(folder))
    except EOFError:
        return
    except IsolationUnavailable as error:
        send(link, Unavailable(str(error)))
    except KitCodeError as error:
        send(link, KitFailed(str(error)))
    except Exception:
        send(link, WorkerFailed(traceback.format_exc()))


def _serve(link: Connection, folder: Path) -> None:
    kit = Kit.unzip(link.recv_bytes())
    options = receive(link, ExaminerOptions)
    with Sandbox(
        given=kit.given,
        module=kit.module,
        preload=kit.config.preload,
        prepare=kit.config.prepare,
        seed=kit.seed,
        limits=Limits(**sandbox_limits(kit)),
        isolation=Isolation(options.isolation),
        private=[Path(path) for path in options.private],
    ) as sandbox:
        serve_examiner(sandbox, kit, folder, link, options.store, result_cache=options.result_cache)


def serve_examiner(
    sandbox: Sandbox,
    kit: Kit,
    folder: Path,
    link: Connection,
    store_path: str | None,
    *,
    result_cache: bool = True,
    watch: Callable[[CheckEvent], None] = lambda event: None,
) -> None:
    """Examine submissions in turn in `sandbox`. `folder` is reserved for the files of the kit.

    `store_path` is the folder that keeps trainings and results of checks, if there is one.
    """
    store = Path(store_path) if store_path else None
    kit.write(folder)
    proxies = Proxies(kit.module, kit.tasks, kit.config.remote)
    with explain_errors(kit, folder):
        trainings = warm_up(kit, folder, proxies, store)

    def serve(session: CheckSession) -> None:
        refuse_threads(kit)
        names = GeneratedNames.from_files(kit.files)
        cache = (
            open_result_cache(kit, sandbox.isolation, names, store)
            if result_cache
            else DisabledResultCache(names)
        )
        examination = Examination(
            kit=kit,
            session=session,
            proxies=proxies,
            sandbox=sandbox,
            trainings=trainings,
            result_cache=cache,
            prepare=preparation(kit),
            call_seconds=sandbox.limits.call_seconds,
            limits=ExaminationLimits.from_kit(kit),
            isolation=sandbox.isolation.value,
            watch=watch,
        )
        freeze_gc()
        sandbox.wait()
        send(link, Ready())
        while True:
            submission = Submission.from_bytes(link.recv_bytes())
            send(link, Examined(examination.examine(submission)))

    with explain_errors(kit, folder):
        CheckSession(kit, serve).run(folder)


def open_result_cache(
    kit: Kit, isolation: Isolation, names: GeneratedNames, store: Path | None
) -> ResultCache:
    """Return the cache of results, which `store` keeps across runs.

    At the level `process` nothing is kept, because a submission may write to the user's files.
    """
    if store is None or isolation is Isolation.PROCESS:
        return ResultCache(names)
    environment = json.dumps([asdict(describe(kit, isolation.value)), *hardware()])
    context = sha256_of_parts([engine_sha256().encode(), kit.version.encode(), environment.encode()])
    return ResultCache(names, DiskCache(store / RESULTS), context)


def warm_up(kit: Kit, folder: Path, module: Proxies, store: Path | None = None) -> TrainingCache | None:
    """Import the modules that the kit declares, make hidden inputs available, and install `module`.

    `module` replaces the submission's module. Return the cache that replaces the kit's training function, or
    None if the kit declares none.
    """
    sys.path.insert(0, str(folder / "given"))
    sys.modules[kit.module] = module
    preload(names := kit.config.preload, unused_imports(kit), disabled_tricks())
    for name in names:
        if hasattr(sys.modules[name], "INPUT_FOLDERS"):
            sys.modules[name].INPUT_FOLDERS.append(folder / "hidden")
    preparation(kit)()
    trainings = _install_training_cache(kit, store)
    module.dispatch_support_code()
    return trainings


def _install_training_cache(kit: Kit, store: Path | None) -> TrainingCache | None:
    if not kit.config.train:
        return None
    owner, name = import_owner(kit.config.train)
    disk = DiskCache(store / TRAININGS) if store else None
    trainings = TrainingCache(getattr(owner, name), kit.given_code, disk)
    setattr(owner, name, trainings)
    return trainings


def unused_imports(kit: Kit) -> tuple[str, ...]:
    """Return the optional imports of Keras that no code of the kit mentions."""
    code = "\n".join(content.decode() for name, content in kit.files.items() if name.endswith(".py"))
    return tuple(name for name, word in KERAS_EXTRAS.items() if word not in code)


def preparation(kit: Kit) -> Callable[[], None]:
    """Return the kit's preparation function with its seed, which removes any dependence on earlier work."""
    if prepare := kit.config.prepare:
        owner, name = import_owner(prepare)
        return partial(getattr(owner, name), kit.seed)
    return lambda: None


@contextmanager
def explain_errors(kit: Kit, folder: Path) -> Iterator[None]:
    """Turn an exception that the kit's code in `folder` raised while it was imported into a KitCodeError."""
    try:
        yield
    except CollectionError as error:
        raise KitCodeError(_sentence(kit, folder, error.__cause__ or error)) from error
    except Exception as error:
        if _place(kit, folder, error) is None:
            raise
        raise KitCodeError(_sentence(kit, folder, error)) from error


def refuse_threads(kit: Kit) -> None:
    """Raise a KitCodeError if importing the kit's code has started threads, as creating a tensor does."""
    if (threads := thread_count()) != 1:
        modules = ", ".join([*kit.config.preload, *CHECK_FILES])
        raise KitCodeError(
            f"{kit.slug}: expected one thread after importing {modules}, found {threads}. A tensor, layer or "
            "model is created at import: create it in a function."
        )


def _sentence(kit: Kit, folder: Path, error: BaseException) -> str:
    """Return the place and the text of an exception that the kit's code raised, in one line."""
    place = _place(kit, folder, error) or f"autograder/kits/{kit.slug}"
    return f"{place}: {type(error).__name__}: {error}".split("\n")[0]


def _place(kit: Kit, folder: Path, error: BaseException) -> str | None:
    """Return the path in the repository, and the line, of the kit's code that raised, or None."""
    if isinstance(error, SyntaxError) and error.filename:
        frames = [(error.filename, error.lineno)]
    else:
        frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    for name, line in reversed(frames):
        path = Path(name)
        if path.is_relative_to(folder / "given"):
            return f"solutions/{kit.slug}/{path.relative_to(folder / 'given')}, line {line}"
        if path.is_relative_to(folder):
            return f"autograder/kits/{kit.slug}/{path.relative_to(folder)}, line {line}"
    return None


if __name__ == "__main__":
    main(int(sys.argv[1]))
