"""The workflow for GitHub Classroom: its steps run here on a student's repository."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from autograder.handout.sync import write_files
from autograder.kit import Kit
from autograder.models import Report
from autograder.release.bundles import WORKFLOW, github_template
from autograder.release.wheel import Wheel
from autograder.student.check import run_checks
from autograder.student.handout import Handout

TOY = Path(__file__).parents[1] / "toy"
PASSPHRASE = "correct horse battery staple"
WRONG = """\
def add(left, right):
    return left - right


def mean(numbers):
    return sum(numbers) / len(numbers)
"""
REPORTER = "classroom-resources/autograding-grading-reporter@v1"


@pytest.fixture(scope="session")
def template(toy: Kit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template repository of the toy kit, which no test may change."""
    folder = tmp_path_factory.mktemp("template") / "sums"
    write_files(github_template(TOY, toy, Wheel("weekly_kits.whl", b"")), folder)
    return folder


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Path:
    """A student's copy of the template."""
    return Path(shutil.copytree(template, tmp_path / "sums-jdoe"))


@pytest.fixture
def gnupg_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A home of GnuPG, whose agent ends with the test."""
    monkeypatch.setenv("GNUPGHOME", str(tmp_path_factory.mktemp("gnupg")))
    yield
    subprocess.run(["gpgconf", "--kill", "all"], check=True)


def workflow(repository: Path) -> dict[str, Any]:
    return yaml.safe_load((repository / WORKFLOW).read_text(encoding="utf-8"))


def run_steps(repository: Path, scratch: Path) -> tuple[dict[str, Any], str]:
    """Run the workflow's steps as GitHub does, without installing anything.

    Returns the result that the reporter reads, and the log.
    """
    (job,) = workflow(repository)["jobs"].values()
    scratch.mkdir()
    outputs, log, results = {}, "", {}
    for step in job["steps"]:
        values = {"secrets.CHECKS_PASSPHRASE": PASSPHRASE, **outputs}
        environment = {name: expand(value, values) for name, value in step.get("env", {}).items()}
        if step.get("uses") == REPORTER:
            runner = step["with"]["runners"]
            results = json.loads(base64.b64decode(environment[f"{runner.upper()}_RESULTS"]))
        if "run" not in step or step["name"].startswith("Install") or not holds(step.get("if"), repository):
            continue
        file = scratch / f"{len(log)}.outputs"
        place = {"GITHUB_OUTPUT": str(file), "RUNNER_TEMP": str(scratch), "COLUMNS": "100"}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=repository,
            env={**os.environ, "PATH": path, **place, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        log += done.stdout
        if file.exists():
            lines = (line.partition("=") for line in file.read_text().splitlines())
            outputs |= {f"steps.{step['id']}.outputs.{name}": value for name, _, value in lines}
    return results, log


def expand(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ (\S+) \}\}", lambda match: values[match[1]], text)


def holds(condition: str | None, repository: Path) -> bool:
    if condition is None:
        return True
    found = re.fullmatch(r"hashFiles\('(\S+)'\) != ''", condition)
    assert found, condition
    return (repository / found[1]).exists()


def reported(results: dict[str, Any]) -> tuple[float, float]:
    """Return the points that GitHub Classroom gets: the reporter adds the scores of all tests."""
    return sum(test["score"] for test in results["tests"]), results["max_score"]


def encrypt(toy: Kit, repository: Path, scratch: Path) -> None:
    """Encrypt the kit archive as docs/systems.md says."""
    (scratch / "sums.kit").write_bytes(toy.zip())
    command = ["gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", PASSPHRASE]
    command += ["--symmetric", "--cipher-algo", "AES256", "--output", str(repository / ".github/checks.gpg")]
    subprocess.run([*command, str(scratch / "sums.kit")], check=True, capture_output=True)


@pytest.mark.parametrize("is_right", [True, False])
def test_public_checks_give_the_points_of_kit_check(
    repository: Path, tmp_path: Path, solved: str, is_right: bool
) -> None:
    (repository / "sums.py").write_text(solved if is_right else WRONG)
    results, log = run_steps(repository, tmp_path / "temp")
    found = run_checks(Handout.read(repository))
    assert reported(results) == found.points()
    assert (results["status"] == "pass") is found.solved is is_right
    assert [test["name"].partition(":")[0] for test in results["tests"]] == [
        check.task for check in found.handout.checks
    ]
    assert f"{found.points()[0]:g} of {found.points()[1]:g} points" in log


@pytest.mark.needs("gpg")
@pytest.mark.usefixtures("gnupg_home")
@pytest.mark.parametrize("is_right", [True, False])
def test_all_checks_give_the_points_of_kit_grade(
    toy: Kit,
    repository: Path,
    tmp_path: Path,
    solved: str,
    examine: Callable[[str], Report],
    is_right: bool,
) -> None:
    """The archive is a file that only the passphrase opens."""
    encrypt(toy, repository, tmp_path)
    answer = solved if is_right else WRONG
    (repository / "sums.py").write_text(answer)
    results, log = run_steps(repository, tmp_path / "temp")
    report = examine(answer)
    assert reported(results) == (report.score, report.max_score)
    assert [test["status"] == "pass" for test in results["tests"]] == [
        check.points == check.max_points for check in report.checks
    ]
    assert (results["status"] == "pass") is is_right
    assert f"{report.score:g} of {report.max_score:g} points" in log


def test_a_file_that_cannot_be_loaded_earns_nothing(repository: Path, tmp_path: Path) -> None:
    (repository / "sums.py").write_text("def add(left, right:\n")
    results, log = run_steps(repository, tmp_path / "temp")
    assert (reported(results)[0], results["status"]) == (0, "fail")
    assert "was never closed" in log


def test_the_workflow_reports_under_the_name_that_the_reporter_reads(template: Path) -> None:
    """Only pinned major versions of actions, and the permissions that the reporter needs."""
    found = workflow(template)
    assert set(found["on"]) == {"push", "workflow_dispatch", "repository_dispatch"}
    assert found["permissions"] == {"checks": "write", "actions": "read", "contents": "read"}
    steps = found["jobs"]["run-autograding-tests"]["steps"]
    assert [step["uses"] for step in steps if "uses" in step] == [
        "actions/checkout@v4",
        "actions/setup-python@v5",
        REPORTER,
    ]
    assert [step["id"] for step in steps if "id" in step] == ["grade"]
    secret = [step["name"] for step in steps if "secrets." in json.dumps(step)]
    assert secret == ["Decrypt all checks"]
