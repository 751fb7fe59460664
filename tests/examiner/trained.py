"""Trains week 9's base and graft in many processes and prints hashes of their weights: a script for tests.

`python trained.py LEVEL ALONE LOADED` trains in an examiner, then in so many children of its sandbox, first
alone, then with a busy process on every core. At the level `none` it starts so many processes as on a
student's machine, without sandbox and examiner. It prints JSON: {"hashes": [[base, graft], …],
"environment": …}.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.checks.environment import describe, device
from autograder.examiner.client import Examiner, LowMemoryExaminer
from autograder.kit import Kit
from autograder.models import Submission, SubmittedFile
from autograder.proof.answers import solution
from autograder.proof.mutation import only_task

ROOT = Path(__file__).parents[2]
SLUG = "week09_transfer"
# It ends with its parent, should that be killed, and takes a core from others now and then, not half of it.
BUSY = "import os\nos.nice(5)\nparent = os.getppid()\nwhile os.getppid() == parent: pass"
# As the checks do it: the base from the answer's own weights, the graft from a top that is drawn for it.
TRAINED = """

def trained():
    import hashlib
    import lesson
    from support import draw_top, fit, load, set_deterministic

    settings = load("settings")
    seed = settings["seed"]
    base = build_base()
    fit(base, *lesson.iris(), epochs=settings["base_epochs"], seed=seed)
    set_deterministic(seed)
    graft = build_transfer_model(load("iris_donor"))
    draw_top(graft, seed)
    fit(graft, *lesson.eight_flowers(), epochs=settings["graft_epochs"], seed=seed)
    weights = [b"".join(array.tobytes() for array in model.get_weights()) for model in (base, graft)]
    return [hashlib.sha256(arrays).hexdigest() for arrays in weights]
"""


def trains(kit: Kit, text: str) -> Submission:
    """What trains base and graft while it is loaded, and prints their hashes."""
    program = f"ANSWERS = {text!r}\nnames = {{}}\nexec(ANSWERS, names)\nprint(*names['trained']())\n"
    return Submission("trains", (SubmittedFile(f"{kit.module}.py", program.encode()),))


def asked(kit: Kit) -> Submission:
    """The answers that checks train."""
    by_name = {check.name: check.task for check in kit.checks}
    text = only_task(solution(ROOT, kit), [by_name[name] for name in kit.calibrated.values()])
    return Submission("asked", (SubmittedFile(f"{kit.module}.py", text.encode()),))


def in_child(examiner: Examiner, submission: Submission) -> list[str]:
    """Hashes of base and graft, trained in a child of the sandbox by what it loads."""
    report = examiner.examine(submission)
    assert not any(check.outcome == "passed" for check in report.checks), (report.message, report.output)
    return report.output.split()


def in_examiner(examiner: Examiner, kit: Kit, submission: Submission) -> tuple[list[str], dict[str, Any]]:
    """Hashes of base and graft as a report has them, trained in a fork of the examiner; its environment."""
    report = examiner.examine(submission)
    by_check = {training.check: training.weights_sha256 for training in report.trainings}
    return [by_check[check] for check in kit.calibrated.values()], asdict(report.environment)


def in_this_process(kit: Kit, text: str) -> tuple[list[str], dict[str, Any]]:
    """Hashes of base and graft, trained as a student's own machine does."""
    from autograder import support

    # As in a handout, where the folders are beside each other.
    sys.path.insert(0, str(ROOT / "solutions" / SLUG))
    sys.modules["support"] = support
    support.INPUT_FOLDERS.append(ROOT / "solutions" / SLUG / "inputs")
    support.set_deterministic(kit.seed)
    names: dict[str, Any] = {}
    exec(text, names)
    hashes: list[str] = names["trained"]()
    return hashes, asdict(describe(kit, "none", device()))


@contextmanager
def full_load() -> Iterator[None]:
    """A busy process on every core, until the end."""
    cores = len(os.sched_getaffinity(0))
    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(cores)]
    try:
        yield
        assert all(process.poll() is None for process in busy), "a busy process ended early"
    finally:
        for process in busy:
            process.kill()
            process.wait()


def at_level(
    kit: Kit, text: str, level: str, alone: int, loaded: int
) -> tuple[list[list[str]], dict[str, Any]]:
    """Hashes from every process at one level, and what the examiner's report says that it ran on."""
    child, examined = trains(kit, text), asked(kit)
    # As a class is examined; and as in containers, where what is to come is known, and sandboxes are forks.
    as_class = level == "bubblewrap"
    with Examiner(kit) if as_class else LowMemoryExaminer(kit, level) as examiner:
        first, environment = in_examiner(examiner, kit, examined)
        hashes = [first, *(in_child(examiner, child) for _ in range(alone))]
        with full_load():
            hashes += [in_child(examiner, child) for _ in range(loaded)]
    return hashes, environment


def without_sandbox(alone: int, loaded: int) -> tuple[list[list[str]], dict[str, Any]]:
    """Hashes from processes of their own, and what the first of them ran on."""
    command = [sys.executable, __file__]
    said = [subprocess.check_output(command) for _ in range(alone)]
    with full_load():
        said += [subprocess.check_output(command) for _ in range(loaded)]
    found = [json.loads(text.splitlines()[-1]) for text in said]
    return [hashes for one in found for hashes in one["hashes"]], found[0]["environment"]


def main(arguments: list[str]) -> None:
    kit = Kit.load(ROOT, SLUG)
    text = solution(ROOT, kit).text + TRAINED
    if not arguments:
        own, environment = in_this_process(kit, text)
        hashes = [own]
    else:
        level, alone, loaded = arguments[0], *map(int, arguments[1:])
        if level == "none":
            hashes, environment = without_sandbox(alone, loaded)
        else:
            hashes, environment = at_level(kit, text, level, alone, loaded)
    print(json.dumps({"hashes": hashes, "environment": environment}))


if __name__ == "__main__":
    main(sys.argv[1:])
