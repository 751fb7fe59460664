"""Starts an examiner's warm process and asks it for reports."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..checks.environment import ONE_THREAD
from ..kit import Kit
from ..models import Report, Submission
from ..sandbox.protocol import IsolationUnavailable


class ExaminerDied(RuntimeError):
    """The examiner's process is gone or failed; the text says what it said last."""


class Examiner:
    """One warm examiner with a sandbox of its own; starts at once, and is waited for at the first use."""

    def __init__(self, kit: Kit, isolation: str = "bubblewrap", store: Path | None = None) -> None:
        """Start the process; `store` is a folder in which trainings are kept from run to run."""
        self._start(["-m", "autograder.examiner.worker"], os.environ | ONE_THREAD)
        self._send(kit.zip())
        options = {"isolation": isolation, "store": store and str(store)}
        self._send(json.dumps(options).encode())

    def _start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a Python with `arguments` and the number of its end of the link."""
        ours, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        # Ours, so that it goes even when the process is killed. Others may pass through, not look around.
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
        """Return once the examiner is warm; raises IsolationUnavailable or ExaminerDied."""
        if not self._ready:
            self._receive()
            self._ready = True

    def examine(self, submission: Submission) -> Report:
        """Return the report of one submission; raises ExaminerDied where the process is gone."""
        self.wait()
        self._send(submission.to_bytes())
        return Report.from_json(self._receive()["report"])

    def kill(self) -> None:
        """End the process now, from any thread: a `wait` or `examine` under way raises ExaminerDied."""
        self._process.kill()

    def close(self) -> None:
        """End the process, its sandbox and whatever runs in it."""
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

    def _receive(self) -> dict[str, Any]:
        try:
            message: dict[str, Any] = json.loads(self._link.recv_bytes())
        except (OSError, EOFError) as error:
            raise ExaminerDied(self._last_words()) from error
        if "unavailable" in message:
            raise IsolationUnavailable(message["unavailable"])
        if "fault" in message:
            raise ExaminerDied(message["fault"])
        return message

    def _last_words(self) -> str:
        self._log.seek(0)
        text = self._log.read()[-2_000:].decode(errors="replace").strip()
        return f"The examiner's process ended (status {self._process.poll()}). {text}"
