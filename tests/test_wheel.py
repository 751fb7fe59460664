"""The wheel is the engine alone: no kit, no answer, no submission."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_no_kit_is_in_the_wheel(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].removesuffix(".dist-info") for name in names} == {
        "autograder",
        wheel.name.rsplit("-", 3)[0],
    }
    assert [name for name in names if name.startswith("autograder/kits/")] == []
    assert "autograder/handout/static/pytest_plugin.py" in names
    assert (ROOT / "autograder" / "kits").is_dir()
