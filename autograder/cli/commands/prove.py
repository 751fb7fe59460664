"""Run `kit prove`: run every check of a kit on every known answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from ...examiner.client import Examiner, ExaminerDied, KitUnusable, user_store
from ...files import cache_folder, write_atomic
from ...grading.executors import Examined, LocalExecutor
from ...kit import Kit, KitError, slugs
from ...models import Submission
from ...proof.judgement import matrix_page
from ...proof.known_results import KnownResults, ResultStore
from ...proof.records import ProofRecords
from ...sandbox.protocol import IsolationUnavailable
from ..common import (
    AUTHOR_ERRORS,
    DID_NOT_HOLD,
    USED_WRONGLY,
    fail,
    find_kit,
    find_repository,
    make_console,
    near,
    warn,
)
from .prove_output import show, show_progress

if TYPE_CHECKING:
    from ...proof.prove import Proof


FEW = 6


@dataclass(frozen=True)
class ProveCommand:
    """The arguments of `kit prove`, as typed."""

    kit: str | None
    root: Path | None
    jobs: int
    isolation: str
    page: Path | None = None
    task: str | None = None
    no_batch: bool = False
    no_cache: bool = False


def run_prove(command: ProveCommand) -> int:
    """Prove one kit or all, print the matrix and every problem, and return the exit status."""
    root = find_repository(command.root)
    names = [command.kit] if command.kit else slugs(root)
    for option, given in (("--task", command.task), ("--page", command.page)):
        if given and not command.kit:
            fail(f"Expected the name of a kit with {option}, found none.", USED_WRONGLY)
    console, status = make_console(), 0
    for name in names:
        try:
            kit = find_kit(name, root)
        except KitError as error:
            if command.kit:
                fail(str(error), USED_WRONGLY)
            warn(str(error))
            status = DID_NOT_HOLD
            continue
        if command.task and command.task not in kit.tasks:
            fail(f"{kit.slug} has no task {command.task!r}; {near(command.task, kit.tasks)}", USED_WRONGLY)
        try:
            proof = prove_kit(console, root, kit, command)
        except (*AUTHOR_ERRORS, KitUnusable) as error:
            warn(str(error))
            status = DID_NOT_HOLD
            continue
        except (IsolationUnavailable, ExaminerDied) as error:
            fail(str(error), DID_NOT_HOLD)
        show(console, proof)
        if command.page:
            write_atomic(command.page, matrix_page(proof.matrix))
            console.print(Text(f"Matrix: {command.page}"))
        status |= DID_NOT_HOLD if proof.problems else 0
    return status


def prove_kit(console: Console, root: Path, kit: Kit, command: ProveCommand) -> Proof:
    """Prove a kit and show the progress; record a successful proof of the whole kit for `kit release`.

    Raises KitError.
    """
    # The imports take seconds.
    from ...handout.build import build_all
    from ...proof.prove import prove
    from ...proof.static_checks import refuse_mistakes
    from ...release.leak_check import find_leaks

    refuse_mistakes(root, kit)
    leaks = find_leaks(root, kit, build_all(root, kit))
    with ExitStack() as stack:
        store = stack.enter_context(_open_store(command))
        # Shared by the examiners, so that equal trainings and checks run once.
        shared = None if command.no_cache else user_store()
        shared = shared or Path(stack.enter_context(TemporaryDirectory(prefix="kit-proof-")))
        executor = _Executor(kit, command, shared)
        progress = stack.enter_context(show_progress(console, kit.slug))
        proof = prove(
            root,
            kit,
            executor,
            progress,
            known=KnownResults(kit, command.isolation, store),
            task=command.task,
            write=True,
            each=command.no_batch,
        )
    proof = replace(proof, problems=(*proof.problems, *leaks))
    if command.task is None and (known := proof_records()) is not None:
        known.keep(root, kit, proof)
    return proof


@dataclass(frozen=True)
class _Executor:
    """Examines submissions on this machine; few ones with one examiner, because its start takes longest."""

    kit: Kit
    command: ProveCommand
    store: Path

    def examine(self, submissions: Iterable[Submission]) -> Generator[Examined, None, None]:
        """Yield reports as they are finished; see Executor."""
        rest = iter(submissions)
        first = list(islice(rest, FEW + 1))
        start = partial(Examiner, self.kit, isolation=self.command.isolation, store=self.store)
        jobs, isolation = self.command.jobs if len(first) > FEW else 1, self.command.isolation
        yield from LocalExecutor(self.kit, start, jobs=jobs, isolation=isolation).examine(chain(first, rest))


def _open_store(command: ProveCommand) -> AbstractContextManager[ResultStore | None]:
    """Return the store of earlier results; None if it must not or cannot be used."""
    folder = None if command.no_cache else cache_folder("proofs")
    try:
        return closing(ResultStore(folder / "results.sqlite")) if folder else nullcontext()
    except sqlite3.Error:
        return nullcontext()


def proof_records() -> ProofRecords | None:
    """Return the proofs recorded on this machine; None if recording is impossible."""
    folder = cache_folder("proofs")
    return ProofRecords(folder) if folder else None
