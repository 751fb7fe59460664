"""A class on a Dask cluster: the same grades, none missing and none twice, even when a worker is lost."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.needs("bubblewrap")


@pytest.fixture
def dask(environment):
    """Starts Dask's own programs on this machine; everything ends with the test."""
    started = []

    def start(program, *arguments):
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.{program}",
            *arguments,
            "--host",
            "127.0.0.1",
            "--no-dashboard",
        ]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in reversed(started):
        process.kill()
        process.communicate()


def until(process, words):
    """Read what a program of Dask's says until a line holds these words."""
    return next(line for line in process.stderr if words in line)


def test_a_lost_worker_costs_nobody_a_grade(dask, grade_arguments, kit_process, graded, tmp_path):
    address = until(dask("dask_scheduler", "--port", "0"), "Scheduler at").split()[-1]
    workers = [dask("dask_worker", address, "--nthreads", "1", "--no-nanny") for _ in range(2)]
    for worker in workers:
        until(worker, "Starting established connection")
    with kit_process(*grade_arguments, "--scheduler", address) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("[3/"):
                workers[0].kill()
    assert process.returncode == 0, "".join(said)
    assert [line.split()[0] for line in said if line.startswith("[")] == [f"[{n}/10]" for n in range(1, 11)]
    assert (tmp_path / "grades" / "grades.csv").read_bytes() == (graded[0] / "grades.csv").read_bytes()


def test_a_scheduler_that_does_not_answer_is_named(grade_arguments, kit_process, environment, monkeypatch):
    monkeypatch.setitem(environment, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    with kit_process(*grade_arguments, "--scheduler", "tcp://127.0.0.1:9") as process:
        said = process.stdout.read()
    assert process.returncode == 1
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in said
    assert "Traceback" not in said
