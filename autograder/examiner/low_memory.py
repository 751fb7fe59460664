"""An examiner for one submission in little memory: it and its sandbox share one import of TensorFlow."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Callable

from ..kit import Kit
from ..models import CheckResult, Report, Submission
from ..sandbox.guest.startup import VARIABLE as TRICKS
from ..sandbox.policy import VARIABLES
from .client import Examiner
from .examination import sandbox_limits


class LowMemoryExaminer(Examiner):
    """Examiner and sandbox forked from one process, at the levels `user` and `process`.

    It tells of every check as it is done. Where a submission ends its warm process, the next one is started
    as a program, which takes as much memory as an ordinary examiner.
    """

    def __init__(
        self,
        kit: Kit,
        isolation: str,
        seen: Callable[[CheckResult], None] | None = None,
    ) -> None:
        """Start the process; `seen` is called with the result of every check as it is done."""
        self._seen = seen
        # The sandbox is a fork of it and can read its environment.
        self._start(
            ["-P", "-s", "-B", "-m", "autograder.examiner.low_memory_worker"],
            VARIABLES | {"PATH": os.defpath, TRICKS: os.environ.get(TRICKS, "")},
        )
        self._send(json.dumps(_public(kit, isolation)).encode())
        self._send(kit.zip())

    def examine(self, submission: Submission) -> Report:
        """Return the report of one submission; raises ExaminerDied where the process is gone."""
        self.wait()
        self._send(submission.to_bytes())
        while "check" in (message := self._receive()):
            if self._seen:
                self._seen(CheckResult(**message["check"]))
        return Report.from_json(message["report"])


def _public(kit: Kit, isolation: str) -> dict[str, object]:
    """What the sandbox's process may know: it holds no check."""
    return {
        "given": {name: b64encode(content).decode() for name, content in kit.given.items()},
        "module": kit.module,
        "preload": kit.config.preload,
        "prepare": kit.config.prepare,
        "seed": kit.seed,
        "limits": sandbox_limits(kit),
        "isolation": isolation,
    }
