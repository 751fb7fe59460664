"""What the warm process does to itself before it lets anything of a kit or a student in."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from . import kernel
from .spec import Spec

# A handler of Python's lets a child interrupt the first process of a namespace; the default is ignored there.
SIGNALS = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})


def confine(spec: Spec) -> None:
    """Become an unprivileged process, the first that the kernel ends for want of memory; raises OSError."""
    Path("/proc/self/oom_score_adj").write_text("1000")
    if spec.unshare:
        for flag in (kernel.CLONE_NEWNET, kernel.CLONE_NEWIPC):
            with suppress(OSError):
                kernel.unshare(flag)
    if spec.identity is not None:
        _become(spec.identity)
    # Again: a change of user undoes it. Where the starter may not signal this user, the control socket tells.
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    os.umask(0o077)
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    forget_handlers()


def forget_handlers() -> None:
    """Give every signal its default meaning again: what was imported may have set some."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def close_all_but(*kept: int) -> None:
    """Close every descriptor except these and the standard three."""
    low = 3
    for descriptor in sorted(kept):
        os.closerange(low, descriptor)
        low = max(low, descriptor + 1)
    os.closerange(low, 1 << 20)


def threads() -> int:
    """How many threads this process has, Python's and all others."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - called before every fork


def _become(identity: int) -> None:
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    with suppress(PermissionError):
        kernel.empty_bounding_set()
    os.setgroups([])
    os.setresgid(identity, identity, identity)
    os.setresuid(identity, identity, identity)
    kernel.drop_capabilities()
    if 0 in (*os.getresuid(), *os.getresgid()) or os.getgroups():
        raise PermissionError(
            "Expected to run as an unprivileged user, found the rights of root still there."
        )
