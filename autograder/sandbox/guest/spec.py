"""Define what the trusted side tells the fork server at its start."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Spec:
    """How to get ready, how to confine the process, and what a child may use. Sizes are in bytes."""

    module: str
    preload: tuple[str, ...] = ()
    # Names of `startup.Trick` that are switched off.
    disabled_tricks: tuple[str, ...] = ()
    prepare: str | None = None
    seed: int = 0
    paths: tuple[str, ...] = ()
    # The folder with given code and inputs; a submission finds links to them where it runs.
    given: str = ""
    # Folders that a submission may write to; it runs in the first one.
    scratch: tuple[str, ...] = ()
    scratch_bytes: int = 0
    scratch_inodes: int = 0
    # Whether each scratch folder is a file system of its own, so that the kernel counts what is in it.
    scratch_mounted: bool = False
    # World-writable folders of the system that a submission can write to, because nothing prevents it.
    shared_folders: tuple[str, ...] = ()
    # Matplotlib's font lists by file name; empty where it has to make one.
    fonts: Mapping[str, str] = field(default_factory=dict)
    resident_bytes: int = 0
    # Soft limits by the name of resource.RLIMIT_* without the prefix; the CPU's hard limit is one more.
    rlimits: Mapping[str, int] = field(default_factory=dict)
    # The system-call filter, a BPF program in hexadecimal digits.
    system_calls: str = ""
    # What Landlock permits, beside the scratch folders.
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    # The unprivileged user and group to become; None where the process is one already.
    uid: int | None = None
    # Whether to leave the namespaces of the starter, as far as the kernel permits.
    unshare: bool = False
    # Whether every process that it may signal descends from it, so that kill(-1) is safe.
    owns_all_processes: bool = True

    def to_json(self) -> bytes:
        """Return the JSON that crosses to the fork server."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Spec:
        """Read what `to_json` wrote."""
        data: dict[str, Any] = json.loads(text)
        for name, value in data.items():
            if type(value) is list:
                data[name] = tuple(value)
        return cls(**data)
