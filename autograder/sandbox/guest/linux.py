"""Call Linux interfaces that Python does not provide: prctl, capabilities, seccomp and Landlock."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
from collections.abc import Sequence
from pathlib import Path

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
# The process that installs a filter replaces this value in comparisons with its own process id.
OWN_PROCESS_ID = 0x5EEDC0DE

# Landlock's system calls have the same numbers on every architecture.
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_CREATE_RULESET_VERSION = 1
LANDLOCK_RULE_PATH_BENEATH = 1
# The rights over files, in the order of their bits; later versions of Landlock add more.
EXECUTE, WRITE_FILE, READ_FILE, READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE = 1 << 14
FIRST_RIGHTS = 13
# Versions 2, 3 and 5 each added one right over files: refer, truncate, ioctl.
VERSIONS_WITH_ONE_MORE = (2, 3, 5)
# Version 4 added rights over TCP, version 6 abstract sockets and signals.
TCP_VERSION, TCP_RIGHTS = 4, 3
SCOPES_VERSION, SCOPES = 6, 3


def prctl(option: int, first: int = 0, second: int = 0) -> None:
    """Call prctl; raise OSError."""
    _call(
        "prctl", option, ctypes.c_ulong(first), ctypes.c_ulong(second), ctypes.c_ulong(0), ctypes.c_ulong(0)
    )


def end_with_parent(parent: int | None = None) -> None:
    """Have the kernel kill this process when the thread that started it ends.

    Exits immediately if `parent` is no longer the parent process.
    """
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` specify; raise OSError."""
    _call("unshare", flags)


def empty_bounding_set() -> None:
    """Keep programs executed later from gaining capabilities; raise PermissionError without CAP_SETPCAP."""
    for capability in range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1):
        prctl(PR_CAPBSET_DROP, capability)


def drop_capabilities() -> None:
    """Drop every capability of this process, including the inheritable ones; raise OSError."""
    _call("capset", struct.pack("Ii", CAPABILITY_VERSION_3, 0), bytes(24))


def filter_system_calls(program: bytes) -> None:
    """Install a BPF program for this thread and everything that it starts; raise OSError."""

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
    """Return the kernel's version of Landlock, or 0 if it has none."""
    try:
        return _call(
            "syscall", LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), LANDLOCK_CREATE_RULESET_VERSION
        )
    except OSError:
        return 0


def restrict_files(readable: Sequence[str], writable: Sequence[str]) -> None:
    """Restrict this process to these files and folders, and prevent it from signalling other processes.

    Has no effect if the kernel has no Landlock. Paths that do not exist are skipped.
    """
    version = landlock_version()
    if version == 0:
        return
    all_rights = _file_rights(version)
    ruleset = _create_ruleset(version, all_rights)
    try:
        for paths, folder_rights, file_rights in (
            (readable, READ_FILE | READ_FOLDER, READ_FILE),
            (writable, all_rights & ~EXECUTE, WRITE_FILE | READ_FILE | TRUNCATE),
        ):
            for path in paths:
                rights = folder_rights if os.path.isdir(path) else file_rights  # noqa: PTH112 - no pathlib in a child
                _allow(ruleset, path, rights & all_rights)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        _call("syscall", LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _file_rights(version: int) -> int:
    """Return all rights over files that this version of Landlock supports."""
    count = FIRST_RIGHTS + sum(version >= each for each in VERSIONS_WITH_ONE_MORE)
    return (1 << count) - 1


def _create_ruleset(version: int, file_rights: int) -> int:
    tcp = TCP_RIGHTS if version >= TCP_VERSION else 0
    scopes = SCOPES if version >= SCOPES_VERSION else 0
    # The kernel refuses a structure that is longer than in its version.
    size = 24 if version >= SCOPES_VERSION else 16 if version >= TCP_VERSION else 8
    attributes = struct.pack("QQQ", file_rights, tcp, scopes)[:size]
    return _call("syscall", LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = struct.pack("=Qi", rights, descriptor)
        _call("syscall", LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0)
    finally:
        # Keep the descriptor open: otherwise the kernel may create a new entry of /proc, which the rule does
        # not cover.
        if not path.startswith("/proc/self/"):
            os.close(descriptor)


def _call(name: str, *arguments: object) -> int:
    result: int = getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
    return result
