"""Puts known answers to a kit's checks in one process, without any sandbox: a script for comparing both ways.

`python direct.py ROOT SLUG STORE` prints {answer: {check: outcome}} for all known answers but mutants. The
session, the checks and their judgement are the examiner's; only the calls go straight to the functions. Tasks
that are the same code in many answers are called for the first of them, and trainings come from the folder
STORE, where they are in it.
"""

from __future__ import annotations

import ast
import json
import sys
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from autograder.examiner import fork
from autograder.examiner.proxies import Proxies
from autograder.examiner.session import CheckSession
from autograder.examiner.trainings import Trained, Trainings
from autograder.examiner.worker import warm_up
from autograder.kit import Kit
from autograder.proof.answers import Answer
from autograder.proof.directly import attach
from autograder.proof.reach import Reach
from autograder.proof.run import known_answers

BOUNDS = fork.Bounds()


def main(root: Path, slug: str, store: Path) -> dict[str, dict[str, str]]:
    """The outcomes of every known answer that is neither part nor mutant."""
    kit = Kit.load(root, slug)
    outcomes: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        kit.write(Path(folder))
        proxies = Proxies(kit.module, kit.tasks)
        trainings = warm_up(kit, Path(folder), proxies, store)

        def serve(session: CheckSession) -> None:
            known: dict[str, str] = {}
            for answer in known_answers(root, kit):
                if answer.whole:
                    codes = {task: code(answer, task) for task in kit.tasks}
                    programs = {check.name: f"{check.name} {codes[check.task]}" for check in kit.checks}
                    missing = [name for name, program in programs.items() if program not in known]
                    work = examination(kit, session, proxies, trainings, answer, missing)
                    for event in fork.run(work, 300, BOUNDS):
                        if trainings and "trained" in event:
                            trainings.keep(Trained.from_event(event["trained"]))
                        else:
                            known[programs[event["check"]]] = event["outcome"]
                    outcomes[answer.name] = {name: known[program] for name, program in programs.items()}

        CheckSession(kit, serve).run(Path(folder))
    return outcomes


def code(answer: Answer, task: str) -> str:
    """All code that a task runs, in a form without places and comments."""
    tree = ast.parse(answer.text)
    reach = Reach(tree)
    functions = [reach.functions[name] for name in sorted(reach.needed_by([task]))]
    others = [
        node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.Import | ast.ImportFrom)
    ]
    return " ".join(map(ast.dump, [*functions, *others]))


def examination(
    kit: Kit,
    session: CheckSession,
    proxies: Proxies,
    trainings: Trainings | None,
    answer: Answer,
    checks: Collection[str],
) -> Callable[[fork.Emit], None]:
    """Load an answer and put some checks to it; equal networks are trained once for all answers."""

    def work(emit: fork.Emit) -> None:
        if trainings:
            trainings.report = lambda trained: emit({"trained": trained.to_event()})
        attach(proxies, answer)
        chosen = [check for check in kit.checks if check.name in checks]
        for result in session.examine(chosen, lambda check: None):
            emit({"check": result.name, "outcome": result.outcome})

    return work


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))))
