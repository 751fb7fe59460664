"""Confine the fork server, and each child before it receives a submission."""

from __future__ import annotations

import io
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path

from .linux import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    PR_SET_CHILD_SUBREAPER,
    PR_SET_NO_NEW_PRIVS,
    drop_capabilities,
    empty_bounding_set,
    end_with_parent,
    filter_system_calls,
    prctl,
    restrict_files,
    unshare,
)
from .messages import Spec

# A child can send the first process of its namespace only signals that have a handler.
SIGNALS = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})
# The descriptor of a child's socket.
LINK = 3
MAX_DESCRIPTOR = 1 << 20


def confine(spec: Spec) -> None:
    """Become an unprivileged process that the kernel kills first when memory runs out; raise OSError."""
    Path("/proc/self/oom_score_adj").write_text("1000")
    if spec.unshare:
        for flag in (CLONE_NEWNET, CLONE_NEWIPC):
            with suppress(OSError):
                unshare(flag)
    if spec.uid is not None:
        _become(spec.uid)
    # Set this after the change of user, which resets it. If the starting process may not signal this user,
    # the end of the control socket ends this process.
    end_with_parent()
    os.umask(0o077)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    reset_signal_handlers()


def reset_signal_handlers() -> None:
    """Restore the default action of every signal, because imported modules may have changed it."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def close_all_but(*kept: int) -> None:
    """Close every descriptor except these and the three standard ones."""
    low = 3
    for descriptor in sorted(kept):
        os.closerange(low, descriptor)
        low = max(low, descriptor + 1)
    os.closerange(low, MAX_DESCRIPTOR)


def thread_count() -> int:
    """Return the number of threads of this process, including those not started by Python."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - called before every fork


def take_over(link: int, output: int) -> int:
    """Redirect standard output and error to the pipe, keep only the socket open, and return its descriptor.

    The standard input is reopened, because flags and locks on an inherited one would outlive a child.
    """
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    kept = os.dup(link)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(kept, LINK)
    close_all_but(LINK)
    # Unbuffered, so that output before a crash is visible. A fork may have replaced these objects.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - for as long as the process lives
    # The second reference keeps each object alive: when a program replaces `sys.stdout` with a wrapper of its
    # buffer, the end of the first object would close the buffer.
    sys.stdout = sys.__stdout__ = _unbuffered(1)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _unbuffered(2)  # type: ignore[misc]
    return LINK


def limit(spec: Spec, parent: int) -> None:
    """Permanently give up all rights that a submission does not need; raise OSError.

    The process ends with `parent`, which forked it.
    """
    os.setsid()
    end_with_parent(parent)
    # Writing too much, or to a closed pipe, raises an exception in the submission instead of ending it.
    for number in (signal.SIGXFSZ, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    for name, soft in spec.rlimits.items():
        hard = soft + 1 if name == "CPU" else soft
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (soft, hard))
    restrict_files(spec.readable, (*spec.scratch, *spec.writable))
    if spec.system_calls:
        filter_system_calls(bytes.fromhex(spec.system_calls))


def _become(uid: int) -> None:
    """Switch to this user and group without any rights of root; raise OSError."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    with suppress(PermissionError):
        empty_bounding_set()
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    drop_capabilities()
    if 0 in (*os.getresuid(), *os.getresgid()) or os.getgroups():
        raise PermissionError("Expected to run as an unprivileged user, found that rights of root are left.")


def _unbuffered(descriptor: int) -> io.TextIOWrapper:
    """Return a text stream that writes to a descriptor at once and never closes it."""
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
