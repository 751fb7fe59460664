"""Build what students, Otter, Gradescope and GitHub Classroom get, with repeatable bytes."""

from __future__ import annotations

import contextlib
import json
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..files import pack, sha256, unpack
from ..handout.build import build
from ..handout.student_notebook import grading_otter_tests
from ..integrations.gradescope import KIT, SETTINGS, SOLUTION, TRY_SOLUTION, Settings
from ..kit import Kit
from ..language import ENGLISH
from ..proof.answers import solution
from .wheel import FOR_GRADING, FOR_OTTER, Wheel, locked_requirements

MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """The kit, its version (as in every report), and the SHA-256 of each file by path."""

    kit: str
    kit_version: str
    files: Mapping[str, str]

    @classmethod
    def of(cls, kit: Kit, files: Mapping[str, bytes]) -> Manifest:
        """Return the manifest of `files`."""
        return cls(kit.slug, kit.version, {name: sha256(files[name]) for name in sorted(files)})

    def to_json(self) -> bytes:
        """Return the text of `manifest.json`."""
        return (json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Read what `to_json` wrote; raises ValueError or TypeError on anything else."""
        return cls(**json.loads(data))


def with_manifest(kit: Kit, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return `files` with a manifest that describes them."""
    return {**files, MANIFEST_FILE: Manifest.of(kit, files).to_json()}


REQUIREMENTS = "requirements.txt"


def student_zip(root: Path, kit: Kit, wheel: Wheel, language: str = ENGLISH) -> bytes:
    """Return the student zip, byte-identical for identical sources and wheel; raises KitError.

    `python -m pip install -r requirements.txt` in its folder installs everything, including the command
    `kit`.
    """
    return pack(with_manifest(kit, _student_files(root, kit, wheel, language)))


def _student_files(root: Path, kit: Kit, wheel: Wheel, language: str) -> dict[str, bytes]:
    files = build(root, kit, language)
    files[REQUIREMENTS] += f"# The command kit.\n./{wheel.name}\n".encode()
    return {**files, wheel.name: wheel.content}


WORKFLOW = ".github/workflows/classroom.yml"


def github_template(root: Path, kit: Kit, wheel: Wheel) -> dict[str, bytes]:
    """Return the files of a template repository for GitHub Classroom: the student zip's and a workflow."""
    workflow = Path(__file__).parent / "github" / "classroom.yml"
    return {**_student_files(root, kit, wheel, ENGLISH), WORKFLOW: workflow.read_bytes()}


# Gradescope's default image, Ubuntu 22.04, runs Python 3.10; its universe has 3.11, and 24.04 has 3.12.
SETUP = f"""\
#!/usr/bin/env bash
# Installs a Python that the examiner supports and the pinned packages, outside of anybody's home.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
here=$(cd "$(dirname "$0")" && pwd)
apt-get update
for version in 3.12 3.11 3.13; do
    if apt-cache show "python$version-venv" > /dev/null 2>&1; then break; fi
done
apt-get install -y --no-install-recommends "python$version" "python$version-venv"
"python$version" -m venv /opt/examiner
/opt/examiner/bin/python -m pip install --no-cache-dir --require-hashes -r "$here/requirements.txt"
/opt/examiner/bin/python -m pip install --no-cache-dir --no-index --no-deps "$here"/*.whl
# Matplotlib looks for its fonts once, here, instead of before every submission.
/opt/examiner/bin/python -P -c "import matplotlib.font_manager"
# Submissions run as another user, who needs none of the examiner's files.
chmod 700 "$(/opt/examiner/bin/python -P -c 'import autograder; print(*autograder.__path__)')"
apt-get clean
rm -rf /var/lib/apt/lists/*
# The build log shows whether this image can grade; submissions that answer like the solution need no checks.
/opt/examiner/bin/python -P -m autograder.integrations.gradescope {TRY_SOLUTION} "$here" ||
    echo "Expected full points for the solution in this image. Try the autograder before students use it."
"""
RUN = """\
#!/usr/bin/env bash
here=$(cd "$(dirname "$0")" && pwd)
exec "${EXAMINER_PYTHON:-/opt/examiner/bin/python}" -P -m autograder.integrations.gradescope "$here"
"""


def gradescope_files(root: Path, kit: Kit, settings: Settings) -> dict[str, bytes]:
    """Return what Gradescope's program reads: settings, kit, and the solution that `setup.sh` grades."""
    return {
        SETTINGS: json.dumps(asdict(settings), indent=2).encode(),
        KIT: kit.zip(),
        SOLUTION: solution(root, kit).text.encode(),
    }


def gradescope_zip(root: Path, kit: Kit, wheel: Wheel, settings: Settings | None = None) -> bytes:
    """Return `autograder.zip` for Gradescope without Otter, byte-identical for identical inputs and lock.

    It holds the solution, which `setup.sh` grades and removes.
    """
    files = {
        "setup.sh": SETUP.encode(),
        "run_autograder": RUN.encode(),
        "requirements.txt": locked_requirements(FOR_GRADING).encode(),
        **gradescope_files(root, kit, settings or Settings()),
        wheel.name: wheel.content,
    }
    return pack(with_manifest(kit, files), programs=("setup.sh", "run_autograder"))


PLUGIN = "autograder.integrations.otter.ExaminerPlugin"
# The isolation levels under `otter run`, and in the containers of `otter grade` and Gradescope.
ISOLATION = {"run": "bubblewrap", "container": "user"}
# Where Otter's containers have the files of the zip.
SOURCE = "/autograder/source"
# The Python of Otter's container: the lowest that the project supports and the lock pins packages for.
PYTHON = "3.11"

AFTER_SETUP = """
# The examiner runs submissions as another user, who must reach Python in root's home.
chmod a+x /root
"""
BEFORE_RUN = f"""\
# The image of `otter grade` is built without these files, so the examiner is installed here.
python -m pip install --quiet --no-index --no-deps --root-user-action=ignore {SOURCE}/files/*.whl
chmod 700 "$(python -c 'import autograder; print(*autograder.__path__)')"
"""


def otter_zip(kit: Kit, wheel: Wheel) -> bytes:
    """Return Otter's `autograder.zip`, byte-identical for identical inputs, lock and version of Otter."""
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
    made["requirements.txt"] = locked_requirements((*FOR_GRADING, *FOR_OTTER)).encode()
    return pack(with_manifest(kit, made), programs=("setup.sh", "run_autograder"))


def _config(kit: Kit) -> bytes:
    plugin = {PLUGIN: {"kit": f"{kit.slug}.kit", "isolation": ISOLATION}}
    return json.dumps({"plugins": [plugin]}, indent=2).encode()


def _generate(files: dict[str, bytes]) -> bytes:
    """Run `otter generate` on `files`; it reads them from the working folder."""
    with tempfile.TemporaryDirectory(prefix="otter-") as name, warnings.catch_warnings():
        # Packages that Otter imports use deprecated interfaces.
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
    """Return a script with lines inserted before its last line, which starts Otter."""
    *head, last = script.splitlines(keepends=True)
    return "".join((*head, lines, last))
