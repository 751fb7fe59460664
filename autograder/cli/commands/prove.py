"""Run `kit prove`: run every check of a kit on every known answer, and show the results."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from ...examiner.client import Examiner, ExaminerDied, KitUnusable, user_store
from ...files import cache_folder, write_atomic
from ...grading.executors import Examined, LocalExecutor
from ...kit import Kit, KitError, slugs
from ...models import Outcome, Submission
from ...proof.earlier_results import KnownResults, ProofRecords, ResultStore
from ...proof.verdict import Matrix, matrix_page
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

if TYPE_CHECKING:
    from ...proof.answers import Answer
    from ...proof.prove import Proof

# One examiner examines up to this many submissions, because starting another one takes longer.
FEW = 6
SIGNS = {
    Outcome.PASSED: "·",
    Outcome.FAILED: "✗",
    Outcome.NOT_ATTEMPTED: "○",
    Outcome.TIMED_OUT: "⧖",
    Outcome.CRASHED: "✗",
    Outcome.GRADER_ERROR: "!",
}
LEGEND = "· passed   ✗ failed   ○ not attempted   ⧖ timed out   ! the check itself failed"
MAX_WIDTH = 80
MIN_NAME_WIDTH = 16
# Lines of progress where there is no terminal.
PROGRESS_LINES = 10


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
    from ...proof.answers import old_names
    from ...proof.prove import prove
    from ...proof.static_checks import refuse_mistakes
    from ...release.leak_check import find_leaks

    refuse_mistakes(root, kit)
    for sentence in old_names(root, kit):
        warn(sentence)
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
            one_by_one=command.no_batch,
        )
    proof = replace(proof, problems=(*proof.problems, *leaks))
    if command.task is None and (known := proof_records()) is not None:
        known.keep(root, kit, proof)
    return proof


@dataclass(frozen=True)
class _Executor:
    """Examines submissions on this machine, with a single examiner for at most FEW of them."""

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


@contextmanager
def show_progress(console: Console, slug: str) -> Iterator[Callable[[int, int], None]]:
    """Provide a function that shows a progress bar, or without a terminal a line for each tenth."""
    if not console.is_terminal:
        yield _lines(slug)
        return
    with Bar(console=console, transient=True) as bar:
        task = bar.add_task(f"proving {slug}", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(slug: str) -> Callable[[int, int], None]:
    """Return a function that prints a line whenever another tenth is done."""
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    printed = 0

    def show(done: int, total: int) -> None:
        nonlocal printed
        if (line := PROGRESS_LINES * done // total) > printed:
            printed = line
            errors.print(f"{slug}: {done} of {total} submissions examined or known")

    return show


def show(console: Console, proof: Proof) -> None:
    """Print a proof: a table of results per task, counts, problems, and the verdict."""
    matrix = proof.matrix
    for task in matrix.tasks or matrix.kit.tasks:
        _show_task(console, matrix, task)
    console.print(Text(LEGEND), soft_wrap=True)
    found, total = matrix.detected()
    counts = ", ".join(
        f"{count} {kind}{'' if count == 1 else 's'}"
        for kind in ("alternative", "mistake")
        if (count := len(matrix.of(kind)))
    )
    console.print(
        Text(f"{matrix.kit.slug} {matrix.kit.version}: {counts}, {found} of {total} mutants noticed."),
        soft_wrap=True,
    )
    operators = ", ".join(f"{operator} {found}/{made}" for operator, found, made in matrix.operators())
    if operators:
        console.print(Text(f"Noticed by mutation operator: {operators}."), soft_wrap=True)
    for note in proof.notes:
        console.print(Text(note), soft_wrap=True)
    console.print(
        Text(f"Submissions: {proof.examined} examined, {proof.reused} unchanged since an earlier proof."),
        soft_wrap=True,
    )
    for problem in proof.problems:
        console.print(Text(f"✗ {problem}", style="red"), soft_wrap=True)
    console.print(_verdict(proof))


def _verdict(proof: Proof) -> Text:
    count, slug, tasks = len(proof.problems), proof.matrix.kit.slug, proof.matrix.tasks
    if count:
        return Text(f"{count} {'problem' if count == 1 else 'problems'}: not proven.", style="bold red")
    if tasks:
        return Text(
            f"No problem in {', '.join(tasks)}. `kit prove {slug}` proves the whole kit.", style="bold"
        )
    return Text("Proven.", style="bold green")


def _show_task(console: Console, matrix: Matrix, task: str) -> None:
    """Print the checks of a task, numbered, and the results of the answers to it."""
    checks = [check for check in matrix.checks if check.task == task]
    console.print(Text(task, style="bold"))
    for number, check in enumerate(checks, 1):
        console.print(Text(f"{number:>4} {check.name}{' (hidden)' if check.hidden else ''}"), soft_wrap=True)
    digits = len(str(len(checks)))
    name_width = max(MIN_NAME_WIDTH, min(console.width, MAX_WIDTH) - 2 - len(checks) * (digits + 1))
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 0, 0, 1))
    table.add_column("  answer", no_wrap=True, width=min(name_width, MAX_WIDTH // 2))
    for number in range(1, len(checks) + 1):
        table.add_column(str(number), justify="right", no_wrap=True, width=digits)
    for answer in _worth_showing(matrix, task):
        results = matrix.results(answer)
        signs = [
            SIGNS.get(results[check.name].outcome, "!") if check.name in results else "" for check in checks
        ]
        table.add_row(Text(f"  {answer.name}"), *map(Text, signs))
    console.print(table)


def _worth_showing(matrix: Matrix, task: str) -> Iterator[Answer]:
    """Yield the answers to a task, others that fail its checks, and mutants that no check noticed."""
    names = {check.name for check in matrix.checks if check.task == task}
    for answer in matrix.of("solution", "stub", "part", "alternative", "mistake"):
        failed = matrix.failed(answer) & names
        if task in answer.tasks or failed:
            yield answer
    for mutant in matrix.of("mutant"):
        if task in mutant.tasks and not matrix.failed(mutant):
            yield mutant
