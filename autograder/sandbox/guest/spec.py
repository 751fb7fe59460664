"""Define the specification that the host sends to the fork server when it starts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Spec:
    """How to start, how to confine the process, and what a child may use. Sizes are in bytes."""

    module: str
    preload: tuple[str, ...] = ()
    # Names of `startup.Trick` that are switched off.
    disabled_tricks: tuple[str, ...] = ()
    prepare: str | None = None
    seed: int = 0
    paths: tuple[str, ...] = ()
    # The folder with support code and inputs; the working folder of a submission has links to them.
    given: str = ""
    # Folders that a submission may write to; the first is its working folder.
    scratch: tuple[str, ...] = ()
    scratch_bytes: int = 0
    scratch_inodes: int = 0
    # Whether each scratch folder is a separate file system, so that the kernel counts its use.
    scratch_mounted: bool = False
    # World-writable folders of the system that a submission can also write to.
    shared_folders: tuple[str, ...] = ()
    # Matplotlib's font lists by file name; empty if it has to build one.
    fonts: Mapping[str, str] = field(default_factory=dict)
    resident_bytes: int = 0
    # Soft limits by the name of resource.RLIMIT_* without the prefix; the CPU's hard limit is one higher.
    rlimits: Mapping[str, int] = field(default_factory=dict)
    # The system-call filter, a BPF program in hexadecimal digits.
    system_calls: str = ""
    # Paths that Landlock permits reading, in addition to the scratch folders.
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    # The unprivileged user and group to switch to; None if the process is already unprivileged.
    uid: int | None = None
    # Whether to leave the namespaces of the starting process, as far as the kernel permits.
    unshare: bool = False
    # Whether every process that it may signal is its descendant, so that kill(-1) is safe.
    owns_all_processes: bool = True

    def to_json(self) -> bytes:
        """Return the JSON that is sent to the fork server."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Spec:
        """Return the specification that `to_json` wrote."""
        data: dict[str, Any] = json.loads(text)
        for name, value in data.items():
            if type(value) is list:
                data[name] = tuple(value)
        return cls(**data)
