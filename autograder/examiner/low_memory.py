"""An examiner for little memory: the examiner and its sandbox share one import of TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Callable

from ..kit import Kit
from ..models import CheckResult
from ..sandbox.guest.startup import VARIABLE as TRICKS
from ..sandbox.policy import VARIABLES
from .client import Examiner
from .examination import sandbox_limits
from .link import SandboxOptions


class LowMemoryExaminer(Examiner):
    """Examiner and sandbox forked from one process, at the levels `user` and `process`.

    Where a submission ends its warm process, the next one is started as a program, which takes as much memory
    as an ordinary examiner.
    """

    def __init__(
        self,
        kit: Kit,
        isolation: str,
        on_check: Callable[[CheckResult], None] | None = None,
    ) -> None:
        """Start the process; `on_check` is called with the result of every check as soon as it has one."""
        self._watcher = on_check
        # The sandbox is a fork of this process and can read its environment.
        self._start(
            ["-P", "-s", "-B", "-m", "autograder.examiner.low_memory_worker"],
            VARIABLES | {"PATH": os.defpath, TRICKS: os.environ.get(TRICKS, "")},
        )
        self._send_message(_sandbox_options(kit, isolation))
        self._send(kit.zip())

    def _on_check(self, result: CheckResult) -> None:
        if self._watcher:
            self._watcher(result)


def _sandbox_options(kit: Kit, isolation: str) -> SandboxOptions:
    return SandboxOptions(
        given=kit.given,
        module=kit.module,
        preload=kit.config.preload,
        prepare=kit.config.prepare,
        seed=kit.seed,
        limits=sandbox_limits(kit),
        isolation=isolation,
    )
