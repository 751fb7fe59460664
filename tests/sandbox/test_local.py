"""The levels `user` and `process` refuse where they cannot keep what they promise."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.models import Source
from autograder.sandbox import local
from autograder.sandbox.filesystem import Python, SandboxFolder
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.guest.messages import Spec
from autograder.sandbox.local import (
    WorldWritable,
    find_world_writable,
    make_private,
    plan_local,
    unreadable_parent,
    unused_uid,
)
from autograder.sandbox.policy import Isolation, LaunchPlan
from autograder.sandbox.protocol import IsolationUnavailable
from autograder.sandbox.sandbox import Sandbox


def test_the_level_user_needs_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(IsolationUnavailable, match="only root can do"):
        Sandbox({}, "transfer", isolation=Isolation.USER)


def test_a_python_that_others_cannot_reach_is_refused(monkeypatch, tmp_path):
    shut = tmp_path / "home"
    (shut / "lib").mkdir(parents=True)
    shut.chmod(0o700)
    python = Python(shut / "python", shut, (shut / "lib",), ())
    python.executable.write_text("")
    monkeypatch.setattr(Python, "running", classmethod(lambda cls: python))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(IsolationUnavailable, match=r"chmod o\+x"):
        Sandbox({}, "transfer", isolation=Isolation.PROCESS)


def test_without_landlock_a_package_that_anybody_can_read_is_refused(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(local, "landlock_version", lambda: 0)
    monkeypatch.setattr(local, "unreadable_parent", lambda path: None)
    with pytest.raises(IsolationUnavailable, match="without Landlock"):
        Sandbox({}, "transfer", isolation=Isolation.USER)


def test_the_outermost_closed_folder_is_found(tmp_path):
    tmp_path.chmod(0o755)
    outer = tmp_path / "outer"
    file = outer / "inner" / "file"
    file.parent.mkdir(parents=True)
    file.write_text("x")
    shut_above = unreadable_parent(tmp_path)
    outer.chmod(0o700)
    assert unreadable_parent(file) == (shut_above or outer)
    outer.chmod(0o711)
    file.chmod(0o600)
    assert unreadable_parent(file) == (shut_above or file)


def test_each_sandbox_has_a_number_of_its_own_that_nobody_has():
    numbers = {unused_uid() for _ in range(8)}
    assert len(numbers) == 8
    assert min(numbers) > 0
    assert max(numbers) < 2**32 - 1


@pytest.fixture
def without_landlock(monkeypatch):
    """The level `user` on a kernel without Landlock, with all of our files closed to others."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(local, "landlock_version", lambda: 0)
    monkeypatch.setattr(local, "unreadable_parent", lambda path: path)
    monkeypatch.setattr(local, "_expect_reachable", lambda python, folder: None)
    monkeypatch.setattr(SandboxFolder, "reset_scratch", lambda self, uid: None)
    folder = SandboxFolder({})
    yield lambda *private: plan_local(Spec("transfer"), folder, Isolation.USER, private)
    folder.remove()


def test_without_landlock_shared_folders_are_swept(without_landlock, monkeypatch):
    monkeypatch.setattr(local, "find_world_writable", lambda: WorldWritable(("/dev/shm", "/tmp"), ()))
    assert without_landlock().spec.shared_folders == ("/dev/shm", "/tmp")


def test_without_landlock_a_private_folder_that_anybody_can_read_is_refused(
    without_landlock, monkeypatch, tmp_path
):
    monkeypatch.setattr(local, "find_world_writable", lambda: WorldWritable((), ()))
    monkeypatch.setattr(local, "unreadable_parent", lambda path: path if path.name != "class" else None)
    (tmp_path / "class").mkdir()
    (tmp_path / "grades").mkdir()
    with pytest.raises(IsolationUnavailable, match=rf"chmod 700 {tmp_path}/class`"):
        without_landlock(tmp_path / "class", tmp_path / "grades")
    without_landlock(tmp_path / "grades", tmp_path / "not_there")


def test_without_landlock_a_file_that_anybody_can_write_is_refused(without_landlock, monkeypatch):
    monkeypatch.setattr(local, "find_world_writable", lambda: WorldWritable(("/tmp",), ("/srv/notes",)))
    with pytest.raises(IsolationUnavailable, match=r"write to /srv/notes.*What to do: `chmod o-w`"):
        without_landlock()


def test_private_paths_are_closed_to_others(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "data.json").write_text("{}")
    make_private(tmp_path / name for name in ("source", "data.json", "missing"))
    assert (tmp_path / "source").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_what_a_submission_leaves_in_shared_folders_is_gone_before_the_next():
    """Here Landlock permits these folders, as if the kernel had none."""
    if unreadable_parent(Python.running().executable) is not None:
        pytest.skip("other users cannot reach this Python")
    shared = ("/dev/shm", "/tmp", "/var/tmp")

    def start(plan: LaunchPlan) -> ForkServer:
        spec = replace(plan.spec, shared_folders=shared, writable=(*plan.spec.writable, *shared))
        return ForkServer(replace(plan, spec=spec))

    marks = [Path(folder, f"mark-{os.getpid()}") for folder in shared]
    text = f"import os\nfor mark in {list(map(str, marks))}:\n    os.makedirs(mark + '/below')\n"
    with Sandbox({}, "transfer", isolation=Isolation.USER, start=start) as sandbox:
        assert sandbox.load(Source("transfer.py", (text,), False)).problem is None
        assert all(mark.exists() for mark in marks)
        sandbox.clear()
        assert not any(mark.exists() for mark in marks)


@pytest.fixture
def root(tmp_path):
    """An empty folder that others can enter, but not write to."""
    (root := tmp_path / "root").mkdir()
    root.chmod(0o755)
    return root


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        (0o755, None),
        (0o1777, "sticky"),
        (0o777, "other"),
        (0o1733, "other"),
        (0o1776, None),
    ],
)
def test_a_folder_is_found_by_its_mode(root, mode, found):
    (root / "folder").mkdir()
    (root / "folder").chmod(mode)
    path = str(root / "folder")
    expected = WorldWritable((path,) if found == "sticky" else (), (path,) if found == "other" else ())
    assert find_world_writable(str(root)) == expected


def test_files_and_pipes_are_found_and_sockets_and_links_are_not(root):
    for name in ("file", "closed"):
        (root / name).touch()
    os.mkfifo(root / "pipe")
    for name in ("file", "pipe"):
        (root / name).chmod(0o666)
    (root / "link").symlink_to(root / "closed")
    assert find_world_writable(str(root)) == WorldWritable((), (str(root / "file"), str(root / "pipe")))


def test_what_lies_in_a_closed_folder_is_out_of_reach(root):
    (root / "closed" / "open").mkdir(parents=True)
    (root / "closed" / "open").chmod(0o777)
    (root / "closed").chmod(0o700)
    assert find_world_writable(str(root)) == WorldWritable((), ())


def test_the_folder_itself_counts(root):
    root.chmod(0o1777)
    assert find_world_writable(str(root)) == WorldWritable((str(root),), ())
