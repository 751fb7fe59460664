"""The weaker levels refuse where they cannot keep what they promise."""

from __future__ import annotations

import os

import pytest

from autograder.sandbox import local as beside
from autograder.sandbox.filesystem import Python
from autograder.sandbox.policy import Isolation
from autograder.sandbox.protocol import IsolationUnavailable
from autograder.sandbox.sandbox import Sandbox


def test_the_level_user_needs_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(IsolationUnavailable, match="only root can do"):
        Sandbox({}, "transfer", isolation=Isolation.USER)


def test_a_python_that_others_cannot_reach_is_told(monkeypatch, tmp_path):
    shut = tmp_path / "home"
    (shut / "lib").mkdir(parents=True)
    shut.chmod(0o700)
    python = Python(shut / "python", shut, (shut / "lib",), ())
    python.executable.write_text("")
    monkeypatch.setattr(Python, "running", classmethod(lambda cls: python))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(IsolationUnavailable, match=r"chmod o\+x"):
        Sandbox({}, "transfer", isolation=Isolation.PROCESS)


def test_files_of_ours_that_anybody_can_read_are_told_where_nothing_else_hides_them(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(beside, "landlock_version", lambda: 0)
    monkeypatch.setattr(beside, "barrier", lambda path: None)
    with pytest.raises(IsolationUnavailable, match="without Landlock"):
        Sandbox({}, "transfer", isolation=Isolation.USER)
