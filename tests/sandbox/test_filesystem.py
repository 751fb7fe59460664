"""The program inside is one file that needs Python alone, and names of this machine stay outside."""

from __future__ import annotations

import ast
import io
import os
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.sandbox.filesystem import Python, SandboxFolder, build_program, masked_paths, other_packages


def archive() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(build_program()))


def test_the_program_inside_does_not_name_the_package():
    with archive() as files:
        for name in files.namelist():
            assert b"autograder" not in files.read(name)
            assert name == "__main__.py" or name.startswith("box/")


def test_the_program_inside_imports_the_standard_library_and_a_few_modules_of_ours():
    with archive() as files:
        for name in files.namelist():
            if not name.startswith("box/sandbox/guest/"):
                continue
            for node in ast.walk(ast.parse(files.read(name))):
                if isinstance(node, ast.Import):
                    assert {alias.name.partition(".")[0] for alias in node.names} <= sys.stdlib_module_names
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    assert str(node.module).partition(".")[0] in sys.stdlib_module_names
                elif isinstance(node, ast.ImportFrom) and node.level == 3:
                    module = node.module or node.names[0].name
                    assert module in ("language", "source_code", "support.errors", "text", "wire") or (
                        module.startswith("wire.")
                    )
                elif isinstance(node, ast.ImportFrom):
                    assert node.level == 1


def test_the_same_sources_make_the_same_bytes():
    assert build_program() == build_program()


def test_given_files_are_there_for_everybody_to_read(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    previous = os.umask(0o077)
    try:
        folder = SandboxFolder({"lesson.py": b"x", "inputs/a/b.json": b"{}"})
    finally:
        os.umask(previous)
    assert (folder.given / "inputs" / "a" / "b.json").read_bytes() == b"{}"
    for path in [folder.given, *folder.given.rglob("*"), folder.program]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o755 if path.is_dir() else 0o444)
    (folder.scratch / "left").mkdir()
    folder.reset_scratch(None)
    assert list(folder.scratch.iterdir()) == []
    folder.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../out", "/etc/x", "", "a/../../b"])
def test_a_name_outside_of_the_folder_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ValueError, match="names below one folder"):
        SandboxFolder({name: b""})
    assert list(tmp_path.iterdir()) == []


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
