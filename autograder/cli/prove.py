"""Run `kit prove`: run every check of a kit on every known answer."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from ..examiner.client import Examiner, ExaminerDied
from ..files import cache_folder, write_atomic
from ..grading.executors import LocalExecutor
from ..kit import Kit, KitError, slugs
from ..models import Outcome
from ..proof.judgement import Matrix, matrix_page
from ..proof.records import ProofRecords
from ..sandbox.protocol import IsolationUnavailable
from .common import (
    AUTHOR_ERRORS,
    DID_NOT_HOLD,
    USED_WRONGLY,
    fail,
    find_kit,
    find_repository,
    make_console,
    warn,
)

if TYPE_CHECKING:
    from ..proof.prove import Proof


SIGNS = {
    Outcome.PASSED: "·",
    Outcome.FAILED: "✗",
    Outcome.NOT_ATTEMPTED: "○",
    Outcome.TIMED_OUT: "⧖",
    Outcome.CRASHED: "✗",
    Outcome.GRADER_ERROR: "!",
}
MAX_ANSWER_NAME = 60


@dataclass(frozen=True)
class ProveCommand:
    """The arguments of `kit prove`, as typed."""

    kit: str | None
    root: Path | None
    jobs: int
    isolation: str
    page: Path | None = None
    write: bool = False
    no_batch: bool = False


def run_prove(command: ProveCommand) -> int:
    """Prove one kit or all, print the matrix and every problem, and return the exit status."""
    try:
        root = find_repository(command.root)
        names = [command.kit] if command.kit else slugs(root)
    except KitError as error:
        fail(str(error), USED_WRONGLY)
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
        try:
            proof = prove_kit(console, root, kit, command)
        except AUTHOR_ERRORS as error:
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
    """Prove a kit and show the progress; record a successful proof for `kit release`."""
    with (
        TemporaryDirectory(prefix="kit-proof-") as store,  # shared, so that each training runs once
        Bar(console=console, transient=True, disable=not console.is_terminal) as bar,
        ExitStack() as stack,
    ):
        start = partial(Examiner, kit, isolation=command.isolation, store=Path(store))
        started = [stack.enter_context(start()) for _ in range(command.jobs)]
        executor = LocalExecutor(
            kit,
            lambda: started.pop() if started else start(),
            jobs=command.jobs,
            isolation=command.isolation,
        )
        # The import takes seconds, while the examiners start.
        from ..proof.prove import prove

        task = bar.add_task(f"proving {kit.slug}", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        proof = prove(root, kit, executor, progress, command.write, command.no_batch)
    if (known := proof_records()) is not None:
        known.keep(root, kit, proof)
    return proof


def proof_records() -> ProofRecords | None:
    """Return the proofs recorded on this machine; None if recording is impossible."""
    folder = cache_folder("proofs")
    return ProofRecords(folder) if folder else None


def show(console: Console, proof: Proof) -> None:
    """Print a proof: the matrix, the meaning of its columns, and the verdict."""
    matrix = proof.matrix
    console.print(_table(matrix), soft_wrap=False)
    for number, check in enumerate(matrix.kit.checks, 1):
        console.print(Text(f"{number:>3} {check.name}{' (hidden)' if check.hidden else ''}"), soft_wrap=True)
    console.print(
        Text("An empty cell: another answer stood in that task, or none that this one could reach."),
        soft_wrap=True,
    )
    found, total = matrix.detected()
    counts = ", ".join(
        f"{len(matrix.of(kind))} {kind}s" for kind in ("alternative", "mistake") if matrix.of(kind)
    )
    console.print(
        Text(f"{matrix.kit.slug} {matrix.kit.version}: {counts}, {found} of {total} mutants noticed.")
    )
    operators = ", ".join(f"{operator} {found}/{made}" for operator, found, made in matrix.operators())
    if operators:
        console.print(Text(f"Noticed by mutation operator: {operators}."), soft_wrap=True)
    for note in proof.notes:
        console.print(Text(note), soft_wrap=True)
    for problem in proof.problems:
        console.print(Text(f"✗ {problem}", style="red"), soft_wrap=True)
    verdict = f"{len(proof.problems)} problems: not proven." if proof.problems else "Proven."
    console.print(Text(verdict, style="bold red" if proof.problems else "bold green"))


def _table(matrix: Matrix) -> Table:
    """Return a table of answers × checks; of the mutants, it shows only those that every check misses."""
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 0, 0, 1))
    table.add_column("answer", no_wrap=True)
    for number, _ in enumerate(matrix.kit.checks, 1):
        table.add_column(str(number), justify="right", no_wrap=True)
    survivors = [mutant for mutant in matrix.of("mutant") if not matrix.failed(mutant)]
    for answer in [*matrix.of("solution", "stub", "part", "alternative", "mistake"), *survivors]:
        results = matrix.results(answer)
        cells = [
            Text(SIGNS.get(results[check.name].outcome, "!") if check.name in results else "")
            for check in matrix.kit.checks
        ]
        table.add_row(Text(answer.name[:MAX_ANSWER_NAME]), *cells)
    return table
