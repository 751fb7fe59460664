"""The engine as a wheel: no kit is in it, so students and graders may have it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

# The first second that a zip can hold: no build shall differ from another by its time.
EPOCH = "315532800"
PROJECT = Path(__file__).resolve().parents[2]


class WheelError(RuntimeError):
    """The wheel could not be built; the text says why and what to do."""


@dataclass(frozen=True)
class Wheel:
    """A built wheel. pip insists on the `name`."""

    name: str
    content: bytes


def build(project: Path = PROJECT) -> Wheel:
    """Build the wheel of the checkout `project` without a network; the same sources give the same bytes."""
    if not (project / "pyproject.toml").is_file():
        raise WheelError(
            f"Expected a checkout of the project, found no pyproject.toml in {project}. "
            "What to do: release from a checkout, not from an installed package."
        )
    with tempfile.TemporaryDirectory(prefix="wheel-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
            cwd=project,
            env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH},
            capture_output=True,
            text=True,
            check=False,
        )
        built = sorted(Path(folder).glob("*.whl"))
        if done.returncode or len(built) != 1:
            raise WheelError(
                f"Expected hatchling to build one wheel, found {len(built)}: {done.stderr.strip()}"
            )
        return Wheel(built[0].name, built[0].read_bytes())
