"""Implement `kit check`: run the public checks once and print the results."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ..language import gettext as _
from ..models import Outcome
from ..text import clean
from . import watch_panel
from .check_loop import Loop
from .handout import Handout
from .task_results import Results


def check(handout: Handout, console: Console) -> bool:
    """Run the public checks once and print the results. Return whether all pass."""
    board = run_checks(handout, console)
    report(board, console)
    return board.solved and not board.problem


def run_checks(handout: Handout, console: Console | None = None) -> Results:
    """Run the public checks once, without forking, and return the results; `console` shows the progress."""
    console = console or Console(quiet=True)
    with Loop(handout, forks=False) as loop:
        loop.check()
        with console.status(_("Importing what the checks need …")) as status:
            while not loop.board.over:
                loop.next(60.0)
                if loop.board.running:
                    status.update(_("Checking {task} …", task=loop.board.running.task))
    return loop.board


def report(board: Results, console: Console) -> None:
    """Print the results: the tasks, the first failing check of each, and the next step."""
    if board.problem:
        for line in watch_panel.problem_text(board):
            console.print(line)
        return
    for line in watch_panel.missing_text(board):
        console.print(line)
    console.print(watch_panel.tasks_text(board))
    for task in board.handout.tasks:
        result = board.failing(task)
        if result and result.outcome != Outcome.NOT_ATTEMPTED:
            console.print()
            for line in watch_panel.failure_text(board, result):
                console.print(line)
    console.print()
    for note in board.notes:
        console.print(Text(clean(note), "yellow"))
    for line in watch_panel.altered_text(board.handout):
        console.print(line)
    for line in watch_panel.closing_text(board.handout) if board.solved else _go_on(board):
        console.print(line)


def _go_on(board: Results) -> list[Text]:
    return [Text.assemble((f"kit hint {board.foremost}", "bold"), " ", _("gives a hint, one at a time."))]
