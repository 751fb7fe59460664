"""Puts known answers to a kit's checks in one process, without any sandbox: a script for comparing both ways.

`python direct.py ROOT SLUG` prints {answer: {check: outcome}} for solution, stub, alternatives and mistakes.
The session, the checks and their judgement are the examiner's; only the calls go straight to the functions.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from autograder.examiner import fork
from autograder.examiner.proxies import Proxies
from autograder.examiner.session import CheckSession
from autograder.examiner.trainings import Trained, Trainings
from autograder.examiner.worker import warm_up
from autograder.kit import Kit
from autograder.proof.answers import Answer
from autograder.proof.directly import attach
from autograder.proof.run import known_answers

BOUNDS = fork.Bounds()


def main(root: Path, slug: str) -> dict[str, dict[str, str]]:
    """The outcomes of every known answer that is no mutant."""
    kit = Kit.load(root, slug)
    outcomes: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        kit.write(Path(folder))
        proxies = Proxies(kit.module, kit.tasks)
        trainings = warm_up(kit, Path(folder), proxies)

        def serve(session: CheckSession) -> None:
            for answer in known_answers(root, kit):
                if answer.kind != "mutant":
                    outcomes[answer.name] = {}
                    for event in fork.run(examination(kit, session, proxies, trainings, answer), 300, BOUNDS):
                        if trainings and "trained" in event:
                            trainings.keep(Trained.from_event(event["trained"]))
                        else:
                            outcomes[answer.name][event["check"]] = event["outcome"]

        CheckSession(kit, serve).run(Path(folder))
    return outcomes


def examination(
    kit: Kit, session: CheckSession, proxies: Proxies, trainings: Trainings | None, answer: Answer
) -> Callable[[fork.Emit], None]:
    """Load an answer and put every check to it; equal networks are trained once for all answers."""

    def work(emit: fork.Emit) -> None:
        if trainings:
            trainings.report = lambda trained: emit({"trained": trained.to_event()})
        attach(proxies, answer)
        for result in session.examine(kit.checks, lambda check: None):
            emit({"check": result.name, "outcome": result.outcome})

    return work


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
