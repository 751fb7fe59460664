"""Start an examiner process and request reports from it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from ..checks.check_events import CheckFinished, Message, encode
from ..checks.environment import ONE_THREAD
from ..files import cache_folder
from ..kit import Kit
from ..models import CheckResult, Report, Submission
from ..sandbox.guest.startup import VARIABLE as TRICKS
from ..sandbox.policy import VARIABLES
from ..sandbox.protocol import IsolationUnavailable
from .client_messages import (
    Answer,
    Examined,
    ExaminerOptions,
    KitFailed,
    SandboxOptions,
    Unavailable,
    WorkerFailed,
    receive_answer,
)
from .examination import sandbox_limits


class ExaminerDied(RuntimeError):
    """Raised if the examiner process ended or failed. The message contains the end of its log."""


class KitUnusable(ExaminerDied):
    """Raised if the kit's own code cannot be imported. The message is a sentence with file and line."""


def user_store() -> Path | None:
    """Return the folder of the user that keeps trainings and results, or None if it is not writable."""
    return cache_folder("examiner")


class Examiner:
    """A warm examiner process with its own sandbox. The process starts at once; the first use waits for it.

    Results of checks are reused for submissions that give the same replies, unless `result_cache` is false.
    """

    def __init__(
        self,
        kit: Kit,
        isolation: str = "bubblewrap",
        store: Path | None = None,
        result_cache: bool = True,
        private: Sequence[Path] = (),
    ) -> None:
        """Start the process.

        `store` is a folder that keeps trainings and results of checks across runs. `private` lists files
        and folders that a submission must not read.
        """
        self._start(["-m", "autograder.examiner.worker"], os.environ | ONE_THREAD)
        self._send(kit.zip())
        paths = tuple(str(path.absolute()) for path in private)
        self._send_message(ExaminerOptions(isolation, str(store) if store else None, result_cache, paths))

    def _start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start Python with `arguments` and the file descriptor of its end of the link."""
        ours, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        # The client removes the folder, even if the process is killed. Mode 711 lets other users enter
        # the folder but not list it.
        self._scratch = tempfile.TemporaryDirectory(prefix="kit-", ignore_cleanup_errors=True)
        Path(self._scratch.name).chmod(0o711)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, *arguments, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**environment, "TMPDIR": self._scratch.name},
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
            )
        self._link = Connection(ours.detach())
        self._ready = False

    def wait(self) -> None:
        """Wait until the examiner is ready. Raises IsolationUnavailable, KitUnusable or ExaminerDied."""
        if not self._ready:
            self._receive()
            self._ready = True

    def examine(self, submission: Submission) -> Report:
        """Return the report of one submission. Raises ExaminerDied if the process has ended."""
        self.wait()
        self._send(submission.to_bytes())
        while not isinstance(answer := self._receive(), Examined):
            if isinstance(answer, CheckFinished):
                self._on_check(answer.result)
        return answer.report

    def _on_check(self, result: CheckResult) -> None:
        """Ignore the result of one check, which the report also contains. Subclasses may override this."""

    def kill(self) -> None:
        """Kill the process, from any thread. A running `wait` or `examine` then raises ExaminerDied."""
        self._process.kill()

    def close(self) -> None:
        """Stop the process, its sandbox and everything that runs in it."""
        self._link.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._scratch.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, data: bytes) -> None:
        try:
            self._link.send_bytes(data)
        except OSError as error:
            raise ExaminerDied(self._last_words()) from error

    def _send_message(self, message: Message) -> None:
        self._send(encode(message))

    def _receive(self) -> Answer:
        try:
            answer = receive_answer(self._link)
        except (OSError, EOFError) as error:
            raise ExaminerDied(self._last_words()) from error
        match answer:
            case Unavailable(reason=reason):
                raise IsolationUnavailable(reason)
            case KitFailed(problem=problem):
                raise KitUnusable(problem)
            case WorkerFailed(traceback=text):
                raise ExaminerDied(text)
        return answer

    def _last_words(self) -> str:
        self._log.seek(0)
        text = self._log.read()[-2_000:].decode(errors="replace").strip()
        return f"The examiner's process ended (status {self._process.poll()}). {text}"


class LowMemoryExaminer(Examiner):
    """Examiner that is forked from the same process as its sandbox, at the levels `user` and `process`.

    If a submission ends the sandbox's warm process, the next one is started as a new program. It then uses as
    much memory as an ordinary examiner.
    """

    def __init__(
        self,
        kit: Kit,
        isolation: str,
        on_check: Callable[[CheckResult], None] | None = None,
        store: Path | None = None,
    ) -> None:
        """Start the process. `on_check` is called with each check result when it arrives.

        `store` is a folder that keeps trainings and results of checks across runs.
        """
        self._watcher = on_check
        # The sandbox is a fork of the process and can read its environment: pass only what it may see.
        self._start(
            ["-P", "-s", "-B", "-m", "autograder.examiner.low_memory_worker"],
            VARIABLES | {"PATH": os.defpath, TRICKS: os.environ.get(TRICKS, "")},
        )
        self._send_message(_options(kit, isolation, store))
        self._send(kit.zip())

    def _on_check(self, result: CheckResult) -> None:
        if self._watcher:
            self._watcher(result)


def _options(kit: Kit, isolation: str, store: Path | None) -> SandboxOptions:
    return SandboxOptions(
        given=kit.given,
        module=kit.module,
        preload=kit.config.preload,
        prepare=kit.config.prepare,
        seed=kit.seed,
        limits=sandbox_limits(kit),
        isolation=isolation,
        store=str(store) if store else None,
    )
