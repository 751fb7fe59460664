"""What a released zip says about itself: which kit it was made of, and the checksum of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ..kit import Kit

NAME = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """The kit, its version (which every report carries), and the SHA-256 of the files by path."""

    kit: str
    kit_version: str
    files: Mapping[str, str]

    @classmethod
    def of(cls, kit: Kit, files: Mapping[str, bytes]) -> Manifest:
        """The manifest of a zip that is to hold `files` beside it."""
        return cls(kit.slug, kit.version, {name: sha256(files[name]) for name in sorted(files)})

    def to_json(self) -> bytes:
        """The text of `manifest.json`."""
        return (json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Read what `to_json` wrote; raises ValueError or TypeError on anything else."""
        return cls(**json.loads(data))

    def differences(self, files: Mapping[str, bytes]) -> list[str]:
        """The paths whose files are missing, strange or not what the manifest says, sorted."""
        found = {name: sha256(content) for name, content in files.items() if name != NAME}
        names = set(found) | set(self.files)
        return sorted(name for name in names if found.get(name) != self.files.get(name))


def with_manifest(kit: Kit, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """`files` and the manifest that tells of them."""
    return {**files, NAME: Manifest.of(kit, files).to_json()}


def sha256(content: bytes) -> str:
    """The checksum of one file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
