"""What a sandbox needs on disk is readable by others, and gone afterwards."""

from __future__ import annotations

import os
import stat

import pytest

from autograder.sandbox.filesystem import Workplace


def test_given_files_are_there_for_everybody_to_read(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    previous = os.umask(0o077)
    try:
        workplace = Workplace({"lesson.py": b"x", "inputs/a/b.json": b"{}"})
    finally:
        os.umask(previous)
    assert (workplace.given / "inputs" / "a" / "b.json").read_bytes() == b"{}"
    for path in [workplace.given, *workplace.given.rglob("*"), workplace.program]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o755 if path.is_dir() else 0o444)
    (workplace.scratch / "left").mkdir()
    workplace.lend_scratch(None)
    assert list(workplace.scratch.iterdir()) == []
    workplace.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../out", "/etc/x", "", "a/../../b"])
def test_a_name_outside_of_the_folder_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ValueError, match="names below one folder"):
        Workplace({name: b""})
    assert list(tmp_path.iterdir()) == []
