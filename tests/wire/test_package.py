"""The package itself: one library for both ends, under any name, that imports nothing heavy by itself."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from autograder import code_remarks, keras_advice, language, text, wire

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from borrowed.name.frames import Frame, parse
from borrowed.name.codec import pack, unpack
from borrowed.name.unsupported import ValueKind, unsupported
packed = pack({"a": [1, (2.5, None)], "b": object()})
expected = {"a": [1, (2.5, None)], "b": unsupported(ValueKind.OTHER, "object")}
assert unpack(packed.head, packed.blob)[0] == expected
heavy = {name.partition(".")[0] for name in sys.modules} & {"numpy", "keras", "tensorflow", "autograder"}
assert not heavy, heavy
"""


def test_it_runs_from_an_archive_under_another_name_without_numpy_or_keras(tmp_path: Path) -> None:
    archive = tmp_path / "program.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("borrowed/__init__.py", "")
        for module in (code_remarks, keras_advice, language, text):
            packed.write(module.__file__, f"borrowed/{Path(module.__file__).name}")
        folder = Path(wire.__file__).parent
        for module in folder.rglob("*.py"):
            packed.write(module, f"borrowed/name/{module.relative_to(folder).as_posix()}")
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM, archive], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
