"""What of the running Python is shown inside, and under which names."""

from __future__ import annotations

import sys
from pathlib import Path

from autograder.sandbox.filesystem import Python, masked_paths, other_packages


def test_the_interpreter_is_whole_and_its_names_are_neutral():
    python = Python.running()
    shown = dict(python.shown())
    assert Path(sys.base_prefix).resolve() == python.prefix
    assert shown[python.executable] == Path("/python/bin/python3")
    stdlib = Path(json_file()).resolve().parent
    assert any(stdlib.is_relative_to(library) for library in python.libraries)
    assert python.packages
    assert all(path.parts[1] in ("python", "packages") for path in shown.values())


def json_file() -> str:
    import json.decoder

    return str(Path(json.decoder.__file__).parent)


def test_what_is_ours_and_what_names_folders_is_masked(tmp_path):
    ours = ["autograder", "weekly_kits-1.0.dist-info"]
    others = ["numpy", "numpy-2.0.dist-info"]
    for name in ours + others:
        (tmp_path / name).mkdir()
    files = ["any.pth", "_editable_impl_weekly_kits.py", "__editable___weekly_kits_finder.py"]
    for name in [*files, "six.py"]:
        (tmp_path / name).write_text("")
    assert {path.name for path in masked_paths(tmp_path)} == {*ours, *files}


def test_other_folders_of_packages_in_a_library_folder_are_found(tmp_path):
    for name in ("python3.11/site-packages", "python3/dist-packages", "python3.11/json"):
        (tmp_path / name).mkdir(parents=True)
    found = {str(path.relative_to(tmp_path)) for path in other_packages(tmp_path)}
    assert found == {"python3.11/site-packages", "python3/dist-packages"}
