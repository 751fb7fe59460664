"""The stories of a kit, told by one process for all answers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from autograder.kit import Kit

Tell = Callable[[Kit, Mapping[str, str]], dict[str, str]]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Tell:
    """Tells what `python lesson.py` prints in a student's folder, for each of some answers by its name."""

    def told(kit: Kit, answers: Mapping[str, str]) -> dict[str, str]:
        folders = {name: tmp_path_factory.mktemp(name) for name in answers}
        for name, folder in folders.items():
            for file, content in kit.given.items():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_bytes(content)
            (folder / "inputs" / "settings.json").write_text(json.dumps(kit.settings), encoding="utf-8")
            (folder / f"{kit.module}.py").write_text(answers[name], encoding="utf-8")
        command = [sys.executable, str(Path(__file__).with_name("told.py")), *map(str, folders.values())]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        assert run.returncode == 0, run.stderr
        return {name: (folder / "said.txt").read_text("utf-8") for name, folder in folders.items()}

    return told
