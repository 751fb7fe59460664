"""Show the progress and the result of a proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from ...models import Outcome
from ...proof.judgement import Matrix

if TYPE_CHECKING:
    from ...proof.answers import Answer
    from ...proof.prove import Proof

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
SHARES = 10


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
    shown = 0

    def show(done: int, total: int) -> None:
        nonlocal shown
        if (share := SHARES * done // total) > shown:
            shown = share
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
    names = max(16, min(console.width, MAX_WIDTH) - 2 - len(checks) * (digits + 1))
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 0, 0, 1))
    table.add_column("  answer", no_wrap=True, width=min(names, MAX_WIDTH // 2))
    for number, _ in enumerate(checks, 1):
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
