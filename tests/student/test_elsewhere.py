"""The student's commands work where the modules of Unix are missing, as on Windows, and those of staff."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MISSING = (
    "fcntl",
    "grp",
    "pwd",
    "resource",
    "termios",
    "tty",
    "jinja2",
    "nbgrader",
    "otter",
    "yaml",
)
BLOCK = f"""
import importlib.abc, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in {MISSING}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
for name in {MISSING}:
    sys.modules.pop(name, None)
"""


def test_check_runs_without_them(folder: Path, solution: str, tmp_path: Path) -> None:
    """`sitecustomize` takes the modules away from the warm process, too."""
    (folder / "sums.py").write_text(solution)
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "sitecustomize.py").write_text(BLOCK)
    command = [
        sys.executable,
        "-c",
        "import autograder.student.watch; from autograder.cli import main; main()",
        "check",
    ]
    environment = {"PATH": "", "PYTHONPATH": str(tmp_path / "away"), "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Every public check passes." in done.stdout
