"""What the warm process is told by the trusted side, as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Spec:
    """How to get ready, how to confine oneself, and what a child may use. Sizes are in bytes."""

    module: str
    preload: tuple[str, ...] = ()
    # What is kept from Keras meanwhile.
    without: tuple[str, ...] = ()
    prepare: str | None = None
    seed: int = 0
    paths: tuple[str, ...] = ()
    # The folder with given code and inputs, of which a submission finds links where it runs.
    given: str = ""
    # Folders that a submission may write to; the first one is where it runs.
    scratch: tuple[str, ...] = ()
    scratch_bytes: int = 0
    scratch_inodes: int = 0
    # Whether each scratch folder is a file system of its own, so that the kernel counts what is in it.
    scratch_mounted: bool = False
    # Matplotlib's list of its fonts, by its file name; empty where it is to make one.
    fonts: Mapping[str, str] = field(default_factory=dict)
    resident_bytes: int = 0
    # Names of resource.RLIMIT_* without the prefix, and the soft limit; the CPU's hard limit is one more.
    rlimits: Mapping[str, int] = field(default_factory=dict)
    # A BPF program in hexadecimal digits; empty where there is none.
    system_calls: str = ""
    # What Landlock leaves to it, beside its scratch folders.
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    # The unprivileged user and group to become; None where the process is one already.
    identity: int | None = None
    # Whether to leave the namespaces of the starter, as far as the kernel allows it.
    unshare: bool = False
    # Whether every process that it may signal descends from it, so that kill(-1) is safe.
    alone: bool = True

    def to_json(self) -> bytes:
        """The form that crosses to the warm process."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Spec:
        """Read what `to_json` wrote."""
        data: dict[str, Any] = json.loads(text)
        for name in ("preload", "without", "paths", "scratch", "readable", "writable"):
            data[name] = tuple(data[name])
        return cls(**data)
