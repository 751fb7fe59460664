"""Grade on Debian 13 as on this machine, and compare the grades: `make elsewhere`.

The commands of the README run in a Debian root file system, then `setup.sh` and `run_autograder` of the
Gradescope zip, at the paths where Gradescope has them. `--no-tests` leaves out `make test`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from root_fs import PROJECT, MissingNeed, RootFileSystem

from autograder.files import cache_folder, unpack
from autograder.kit import Kit
from autograder.release.bundles import gradescope_zip
from autograder.release.wheel import build

KIT = "week09_transfer"
CLASS = f"tests/classes/{KIT}"
DEFAULT = cache_folder("debian13") or Path(tempfile.gettempdir()) / "kit-debian13"
# Fields of results.json that differ between machines and runs.
NOT_COMPARED = ("execution_time", "extra_data")


def main() -> int:
    """Run all parts; return 1 if any grade differs."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--root", type=Path, default=DEFAULT, help="the root file system")
    parser.add_argument("--no-tests", action="store_true", help="leave out `make test`")
    options = parser.parse_args()
    try:
        root = RootFileSystem.open(options.root)
    except MissingNeed as error:
        print(error, file=sys.stderr)
        return 1
    root.put_checkout()
    differences = [*class_differences(root), *gradescope_differences(root)]
    for difference in differences:
        print(f"✗ {difference}")
    if not options.no_tests:
        _step("make test")
        root.run(["make", "test"], variables={"CI": "true"})
    if not differences:
        print("All grades are equal.")
    return int(bool(differences))


def class_differences(root: RootFileSystem) -> list[str]:
    """Grade the sample class there and here, and return a sentence for each file that differs."""
    _step("make grade")
    root.run(["make", "grade"])
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "grades"
        command = [str(Path(sys.executable).with_name("kit")), "grade", KIT, CLASS, "--out", str(here)]
        subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
        there = root.path / "kits" / "grades" / "grades.csv"
        if (here / "grades.csv").read_bytes() == there.read_bytes():
            return []
    return [f"Expected the bytes of this machine's grades.csv, found others in {there}."]


def gradescope_differences(root: RootFileSystem) -> list[str]:
    """Run the Gradescope zip there and here on the solution, and return a sentence for each difference."""
    kit = Kit.load(PROJECT, KIT)
    files = unpack(gradescope_zip(PROJECT, kit, build(PROJECT)))
    answer = (PROJECT / "solutions" / KIT / f"{kit.module}.py").read_bytes()
    _lay_out(root.path / "autograder", files, kit, answer)
    # Gradescope builds a new container for every zip.
    shutil.rmtree(root.path / "opt" / "examiner", ignore_errors=True)
    _step("setup.sh and run_autograder of the Gradescope zip")
    root.run(["bash", "/autograder/source/setup.sh"], folder="/autograder")
    shutil.copy2(root.path / "autograder" / "source" / "run_autograder", root.path / "autograder")
    root.run(["/autograder/run_autograder"], folder="/autograder")
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "autograder"
        _lay_out(here, files, kit, answer)
        program = shutil.copy2(here / "source" / "run_autograder", here)
        subprocess.run(
            [program], cwd=here, env={"EXAMINER_PYTHON": sys.executable, "PATH": "/usr/bin:/bin"}, check=True
        )
        expected, found = _results(here), _results(root.path / "autograder")
    return [
        f"results.json: expected {expected.get(key)!r} as {key}, found {found.get(key)!r}."
        for key in sorted({*expected, *found})
        if key not in NOT_COMPARED and expected.get(key) != found.get(key)
    ]


def _lay_out(folder: Path, files: dict[str, bytes], kit: Kit, answer: bytes) -> None:
    """Write the zip's files and one submission as Gradescope lays them out."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("source", "submission", "results"):
        (folder / name).mkdir(parents=True)
    for name, content in files.items():
        path = folder / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if name in ("setup.sh", "run_autograder"):
            path.chmod(0o755)
    (folder / "submission" / f"{kit.module}.py").write_bytes(answer)


def _results(folder: Path) -> dict[str, Any]:
    results: dict[str, Any] = json.loads((folder / "results" / "results.json").read_text(encoding="utf-8"))
    return results


def _step(text: str) -> None:
    print(f"== {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
