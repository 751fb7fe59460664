"""The zip for `otter run`, `otter grade` and Gradescope: made by Otter's generator, then repeatable."""

from __future__ import annotations

import contextlib
import json
import tempfile
import warnings
from pathlib import Path

from ..doors.otter_tests import grading_otter_tests
from ..kit import Kit
from .archive import pack, unpack
from .manifest import with_manifest
from .pinned import FOR_GRADING, FOR_OTTER, pinned
from .wheel import Wheel

PLUGIN = "autograder.doors.otter.ExaminerPlugin"
ISOLATION = {"run": "bubblewrap", "container": "user"}
SOURCE = "/autograder/source"
# The Python of Otter's container, whose packages the lock pins: the lowest that the project supports.
PYTHON = "3.11"

AFTER_SETUP = """
# The examiner runs submissions as another user, who must reach Python in root's home.
apt-get install -y libseccomp2
chmod a+x /root
"""
BEFORE_RUN = f"""\
# The image of `otter grade` is built without these files, so the examiner is installed here.
python -m pip install --quiet --no-index --no-deps --root-user-action=ignore {SOURCE}/files/*.whl
chmod 700 "$(python -c 'import autograder; print(*autograder.__path__)')"
"""


def otter_zip(kit: Kit, wheel: Wheel) -> bytes:
    """The bytes of `autograder.zip`; the same kit, wheel, lock and version of Otter give the same bytes."""
    files = {
        **grading_otter_tests(kit),
        f"files/{kit.slug}.kit": kit.zip(),
        f"files/{wheel.name}": wheel.content,
        "otter_config.json": _config(kit),
        "wanted.txt": f"-r {SOURCE}/requirements.txt\n".encode(),
    }
    made = unpack(_generate(files))
    made["setup.sh"] += AFTER_SETUP.encode()
    made["run_autograder"] = _before_last_line(made["run_autograder"].decode(), BEFORE_RUN).encode()
    made["requirements.txt"] = pinned((*FOR_GRADING, *FOR_OTTER)).encode()
    return pack(with_manifest(kit, made), programs=("setup.sh", "run_autograder"))


def _config(kit: Kit) -> bytes:
    plugin = {PLUGIN: {"kit": f"{kit.slug}.kit", "isolation": ISOLATION}}
    return json.dumps({"plugins": [plugin]}, indent=2).encode()


def _generate(files: dict[str, bytes]) -> bytes:
    """What `otter generate` makes of `files`; it reads them from the working folder."""
    with tempfile.TemporaryDirectory(prefix="otter-") as name, warnings.catch_warnings():
        # What Otter imports uses what others have deprecated.
        warnings.simplefilter("ignore")
        from otter.generate import main as generate  # over a second, and only staff have it

        folder = Path(name).resolve()
        for path, content in files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(content)
        with contextlib.chdir(folder / "files"):
            generate(
                tests_dir=str(folder / "tests"),
                output_path=str(folder / "autograder.zip"),
                config=str(folder / "otter_config.json"),
                requirements=str(folder / "wanted.txt"),
                overwrite_requirements=True,
                no_environment=True,
                python_version=PYTHON,
                files=sorted(path.name for path in (folder / "files").iterdir()),
            )
        return (folder / "autograder.zip").read_bytes()


def _before_last_line(script: str, lines: str) -> str:
    *head, last = script.splitlines(keepends=True)
    return "".join((*head, lines, last))
