"""The limits of one child, set by itself before it sees a submission."""

from __future__ import annotations

import ctypes
import io
import os
import resource
import signal
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from .spec import Spec

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
CAPABILITY_VERSION_3 = 0x20080522

CLONE_NEWNET = 0x40000000
CLONE_NEWIPC = 0x08000000

SECCOMP_MODE_FILTER = 2
BPF_INSTRUCTION = struct.Struct("HBBI")
# Where the trusted side's program compares with this value, the child puts its own process id.
OWN_PROCESS_ID = 0x5EEDC0DE

# Landlock's system calls have the same numbers on every architecture.
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_RULE_PATH_BENEATH = 1
READ = 1 << 2 | 1 << 3
READ_FILE = 1 << 2
WRITE_FILE = 1 << 1 | 1 << 2 | 1 << 14


def prctl(option: int, first: int = 0, second: int = 0) -> None:
    """Ask the kernel for a change of this process; raises OSError."""
    _call(
        "prctl", option, ctypes.c_ulong(first), ctypes.c_ulong(second), ctypes.c_ulong(0), ctypes.c_ulong(0)
    )


def end_with_parent(parent: int | None = None) -> None:
    """Have the kernel kill this process when the thread that started it ends.

    Ends at once where the parent is no longer the process `parent`.
    """
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` name; raises OSError."""
    _call("unshare", flags)


def empty_bounding_set() -> None:
    """Give up every capability for all programs to come; raises PermissionError without CAP_SETPCAP."""
    for capability in range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1):
        prctl(PR_CAPBSET_DROP, capability)


def drop_capabilities() -> None:
    """Give up every capability of this process, the inheritable ones too; raises OSError."""
    _call("capset", struct.pack("Ii", CAPABILITY_VERSION_3, 0), bytes(24))


def filter_system_calls(program: bytes) -> None:
    """Install a BPF program for this thread and all that it starts; raises OSError."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))

    own = b"".join(
        BPF_INSTRUCTION.pack(code, yes, no, os.getpid() if value == OWN_PROCESS_ID else value)
        for code, yes, no, value in BPF_INSTRUCTION.iter_unpack(program)
    )
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    filled = Program(len(own) // BPF_INSTRUCTION.size, own)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(filled))


def landlock_version() -> int:
    """The version of Landlock that the kernel offers; 0 where it offers none."""
    try:
        return _call("syscall", LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    except OSError:
        return 0


def restrict_files(readable: Sequence[str], writable: Sequence[str]) -> bool:
    """Leave this process nothing but these files and folders, and no other process to signal.

    Returns False where the kernel has no Landlock. Paths that do not exist are skipped.
    """
    version = landlock_version()
    if version == 0:
        return False
    every = _file_rights(version)
    scopes = 3 if version >= 6 else 0
    network = 3 if version >= 4 else 0
    attributes = struct.pack("QQQ", every, network, scopes)[
        : 24 if version >= 6 else 16 if version >= 4 else 8
    ]
    ruleset = _call("syscall", LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    try:
        for paths, folder_rights, file_rights in (
            (readable, READ, READ_FILE),
            (writable, every & ~1, WRITE_FILE),
        ):
            for path in paths:
                rights = folder_rights if os.path.isdir(path) else file_rights  # noqa: PTH112 - no pathlib in a child
                _allow(ruleset, path, rights & every)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        _call("syscall", LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return True


def _file_rights(version: int) -> int:
    """All rights over files that this version of Landlock knows."""
    count = 13 + (version >= 2) + (version >= 3) + (version >= 5)
    return (1 << count) - 1


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = struct.pack("=Qi", rights, descriptor)
        _call("syscall", LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0)
    finally:
        # The kernel may make an entry of /proc anew, unknown to the rule, unless somebody holds it.
        if not path.startswith("/proc/self/"):
            os.close(descriptor)


def _call(name: str, *arguments: object) -> int:
    result: int = getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
    return result


# A handler of Python's lets a child interrupt the first process of a namespace; the default is ignored there.
SIGNALS = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})


def confine(spec: Spec) -> None:
    """Become an unprivileged process, the first that the kernel ends for want of memory; raises OSError."""
    Path("/proc/self/oom_score_adj").write_text("1000")
    if spec.unshare:
        for flag in (CLONE_NEWNET, CLONE_NEWIPC):
            with suppress(OSError):
                unshare(flag)
    if spec.identity is not None:
        _become(spec.identity)
    # After the change of user, which undoes it. Where the starter may not signal this user, the end of the
    # control socket ends this process.
    end_with_parent()
    os.umask(0o077)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
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
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    with suppress(PermissionError):
        empty_bounding_set()
    os.setgroups([])
    os.setresgid(identity, identity, identity)
    os.setresuid(identity, identity, identity)
    drop_capabilities()
    if 0 in (*os.getresuid(), *os.getresgid()) or os.getgroups():
        raise PermissionError(
            "Expected to run as an unprivileged user, found the rights of root still there."
        )


LINK = 3


def take_over(link: int, output: int) -> int:
    """Make the pipe the standard output and error, keep the socket alone, and return its descriptor.

    The standard input is opened anew: flags and locks on one that every child inherits would outlive a child.
    """
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    kept = os.dup(link)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(kept, LINK)
    close_all_but(LINK)
    # Nothing is kept back: what was printed before a crash is seen. A fork may have had other objects here.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - for as long as the process lives
    sys.stdout = _unbuffered(1)
    sys.stderr = _unbuffered(2)
    return LINK


def limit(spec: Spec, parent: int) -> None:
    """Give up, for good, everything that a submission does not need; raises OSError."""
    os.setsid()
    end_with_parent(parent)
    # Writing too much, or to nobody, should raise in the submission instead of ending it.
    for number in (signal.SIGXFSZ, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    for name, most in spec.rlimits.items():
        hard = most + 1 if name == "CPU" else most
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, hard))
    restrict_files(spec.readable, (*spec.scratch, *spec.writable))
    if spec.system_calls:
        filter_system_calls(bytes.fromhex(spec.system_calls))


def _unbuffered(descriptor: int) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
