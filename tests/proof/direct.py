"""Puts known answers to a kit's checks in one process, without any sandbox: a script for comparing both ways.

`python direct.py ROOT SLUG STORE NAME…` prints {answer: {check: outcome}} for these known answers. The
session, the checks and their judgement are the examiner's; only the calls go straight to the functions. Tasks
that are the same code in many answers are called for the first of them, and trainings come from the folder
STORE, where they are in it. As in a proof, answers to different tasks share a process: what one of them did
to it in another's task would go unseen here, too.
"""

from __future__ import annotations

import ast
import json
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.checks.check_events import CheckEvent, CheckFinished, TrainingFinished
from autograder.checks.proxies import Proxies
from autograder.checks.session import CheckSession
from autograder.checks.training_cache import TrainingCache
from autograder.examiner import fork
from autograder.examiner.worker import warm_up
from autograder.kit import Kit
from autograder.proof.answers import Answer
from autograder.proof.calibration.trials import attach_answer
from autograder.proof.combined_answers import Batch, batch_answers, single
from autograder.proof.prove import known_answers
from autograder.source_code import CallGraph, Definition

BOUNDS = fork.Bounds()


def main(root: Path, slug: str, store: Path, names: Collection[str]) -> dict[str, dict[str, str]]:
    """The outcomes of the known answers with these names, in the tasks that are theirs in a batch."""
    kit = Kit.load(root, slug)
    batches = list(batched([answer for answer in known_answers(root, kit) if answer.name in names], kit))
    known: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        kit.write(Path(folder))
        proxies = Proxies(kit.module, kit.tasks)
        trainings = warm_up(kit, Path(folder), proxies, store)

        def serve(session: CheckSession) -> None:
            for batch in batches:
                new = {name: key for name, key in programs(batch, kit).items() if key not in known}
                if not new:
                    continue
                for event in fork.run(
                    examination(kit, session, proxies, trainings, batch, new), 300, BOUNDS, CheckEvent
                ):
                    match event:
                        case TrainingFinished(training=training) if trainings:
                            trainings.store(training)
                        case CheckFinished(result=result):
                            known[new[result.name]] = result.outcome

        CheckSession(kit, serve).run(Path(folder))
    task_of = {check.name: check.task for check in kit.checks}
    return {
        part.answer.name: {
            name: known[key] for name, key in programs(batch, kit).items() if task_of[name] in part.tasks
        }
        for batch in batches
        for part in batch.parts
    }


def batched(answers: Sequence[Answer], kit: Kit) -> Iterator[Batch]:
    """The solution and the stub, then alternatives and mistakes of different tasks in one text each."""
    for kind in ("solution", "stub"):
        yield from (single(answer, kit) for answer in answers if answer.kind == kind)
    for kind in ("alternative", "mistake"):
        yield from batch_answers([answer for answer in answers if answer.kind == kind], kit)


def programs(batch: Batch, kit: Kit) -> dict[str, str]:
    """What each check runs when it is put to a batch, by the check's name."""
    codes = {task: code(batch.text, task) for task in kit.tasks}
    return {check.name: f"{check.name} {codes[check.task]}" for check in kit.checks}


def code(text: str, task: str) -> str:
    """All code that a task runs, in a form without places and comments."""
    tree = ast.parse(text)
    reach = CallGraph(tree)
    functions = [reach.functions[name] for name in sorted(reach.needed_by([task]))]
    others = [node for node in tree.body if not isinstance(node, Definition | ast.Import | ast.ImportFrom)]
    return " ".join(map(ast.dump, [*functions, *others]))


def examination(
    kit: Kit,
    session: CheckSession,
    proxies: Proxies,
    trainings: TrainingCache | None,
    batch: Batch,
    checks: Collection[str],
) -> Callable[[fork.Emit], None]:
    """Load a batch and put some checks to it; equal networks are trained once for all answers."""

    def work(emit: fork.Emit) -> None:
        if trainings:
            trainings.report = lambda training: emit(TrainingFinished(training))
        attach_answer(proxies, replace(batch.answers[0], text=batch.text))
        chosen = [check for check in kit.checks if check.name in checks]
        for finished in session.examine(chosen, lambda check: None):
            emit(finished)

    return work


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4:])))
