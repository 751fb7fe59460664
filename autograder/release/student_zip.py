"""The zip for students: the handout, and the engine's wheel, which its `requirements.txt` installs too."""

from __future__ import annotations

from pathlib import Path

from ..handout.build import build
from ..handout.readme import ENGLISH
from ..kit import Kit
from .archive import pack
from .manifest import with_manifest
from .wheel import Wheel

REQUIREMENTS = "requirements.txt"


def student_zip(root: Path, kit: Kit, wheel: Wheel, language: str = ENGLISH) -> bytes:
    """The bytes of the zip; the same sources and wheel give the same bytes. Raises KitError.

    `python -m pip install -r requirements.txt` in its folder installs all, with the command `kit`.
    """
    files = build(root, kit.slug, language)
    files[REQUIREMENTS] += f"# The command kit.\n./{wheel.name}\n".encode()
    return pack(with_manifest(kit, {**files, wheel.name: wheel.content}))
