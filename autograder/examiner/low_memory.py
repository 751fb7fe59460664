"""Provide an examiner for systems with little memory. It and its sandbox share one import of TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ..kit import Kit
from ..models import CheckResult
from ..sandbox.guest.startup import VARIABLE as TRICKS
from ..sandbox.policy import VARIABLES
from .client import Examiner
from .examination import sandbox_limits
from .link import SandboxOptions


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
        # The sandbox is a fork of this process and can read its environment, so pass only what it may
        # see.
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
