"""Record which kits are proven, so that a release skips the proof of an unchanged kit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import autograder

from ..checks.environment import describe
from ..files import write_atomic
from ..kit import SETTINGS, Kit

if TYPE_CHECKING:  # proving imports nbgrader, which takes seconds
    from .prove import Proof

# The packages that take no part in a proof.
NOT_INVOLVED = ("kits/", "cli/", "handback/", "integrations/", "release/", "reports/", "review/", "student/")


class ProofRecords:
    """A folder with one small file per proof that held.

    A proof holds for the files of the kit, its known answers, the engine, and the versions of Python and
    libraries.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def holds(self, root: Path, kit: Kit) -> bool:
        """Return whether the kit is proven in its current state."""
        return self._path(root, kit).is_file()

    def keep(self, root: Path, kit: Kit, proof: Proof) -> None:
        """Store a proof; one with problems is not stored."""
        if not proof.problems:
            found, mutants = proof.matrix.detected()
            data = {"kit": kit.slug, "kit_version": kit.version, "noticed": found, "mutants": mutants}
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomic(self._path(root, kit), json.dumps(data) + "\n")

    def _path(self, root: Path, kit: Kit) -> Path:
        return self._folder / f"{kit.slug}-{fingerprint(root, kit)}.json"


def fingerprint(root: Path, kit: Kit) -> str:
    """Return hexadecimal digits that change with anything that a proof depends on."""
    digest = hashlib.sha256()
    engine = Path(autograder.__file__).parent
    for name, path in (*_files(root, kit), *_code(engine)):
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    environment = asdict(describe(kit, ""))
    digest.update(
        json.dumps({key: environment[key] for key in ("python", "tensorflow", "keras", "numpy")}).encode()
    )
    return digest.hexdigest()[:32]


def _files(root: Path, kit: Kit) -> Iterator[tuple[str, Path]]:
    """Yield all sources of a kit."""
    for tree in (root / "autograder" / "kits" / kit.slug, root / "solutions" / kit.slug):
        for path in sorted(tree.rglob("*")):
            parts = path.relative_to(tree).parts
            generated = parts == Path(SETTINGS).parts  # from kit.toml
            if path.is_file() and not generated and not any(part.startswith((".", "__")) for part in parts):
                yield path.relative_to(root).as_posix(), path


def _code(engine: Path) -> Iterator[tuple[str, Path]]:
    """Yield the engine's code that takes part in a proof."""
    for path in sorted(engine.rglob("*.py")):
        name = path.relative_to(engine).as_posix()
        if not name.startswith(NOT_INVOLVED):
            yield name, path
