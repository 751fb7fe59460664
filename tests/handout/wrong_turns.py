"""Wrong turns of beginners, and what each surface says about them.

`PYTHONPATH=tests python -m handout.wrong_turns` writes `docs/wrong-turns.md`. Each surface is one process
that takes all wrong turns of a week in order, up to the first check that fails. Endless loops and long
trainings take as long as their limits and have their own tests.
"""

from __future__ import annotations

import html
import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from handout.beginners import WEEK_09, WEEK_10, WEEK_11
from rich.console import Console

from autograder.handout.build import build
from autograder.handout.sync import write_files
from autograder.kit import Kit
from autograder.proof.answers import mistakes, solution
from autograder.student import watch_panel
from autograder.student.check import Loop
from autograder.student.handout import Handout

REPOSITORY = Path(__file__).parents[2]
PROGRAM = Path(__file__).parent / "at_surfaces.py"
PAGE = REPOSITORY / "docs" / "wrong-turns.md"
WEEKS = {"week09_transfer": WEEK_09, "week10_parts": WEEK_10, "week11_attention": WEEK_11}
# Known mistakes of week 9 to take of each task, of those that a public check finds.
MISTAKES = {"build_base": 7, "copy_layers": 7, "drop_top": 5, "freeze": 4, "add_softmax": 4}
HEAD = """# What students read about wrong answers

What a beginner reads about wrong answers to weeks 9 to 11: in the card of the notebook, from plain
`python -m pytest` and from `kit check`. If all three say the same, the table has the text of the
notebook; pytest and `kit check` name the line as `transfer.py:194`. A test compares this page with
what is said; `PYTHONPATH=tests python -m handout.wrong_turns` regenerates it.
"""
TABLE = """
## {title}

| | wrong turn | what is said |
| ---: | --- | --- |
"""
LABEL = re.compile(r"(expected|received|think about|your line|called from|your function|your class) {2,}")
PLACE = re.compile(r"\w+\.py:\d+|In\[\d+\], line \d+")
CHANGING = re.compile(r"\brow \d+|\[[-+.e\d, ]+\]|off by up to [.\d]+|_\d+\b")
NUMBERED = re.compile(r"\b(sequential|functional|keras_tensor|input_layer)(_\d+)?\b")


@dataclass(frozen=True)
class Turn:
    """A wrong answer to a task: what its author did, and the file."""

    about: str
    task: str
    text: str


def turns(kit: Kit) -> list[Turn]:
    """Return the wrong turns of a week: those of beginners, then known mistakes of week 9."""
    right = solution(REPOSITORY, kit).text
    own = [Turn(about, task, f"{right}\n\n{code}\n") for about, (task, code) in WEEKS[kit.slug].items()]
    public = {check.name for check in kit.checks if not check.hidden}
    known = [
        Turn(each.name.replace("_", " "), each.tasks[0], each.text)
        for task, number in (MISTAKES if WEEKS[kit.slug] is WEEK_09 else {}).items()
        for each in [
            each for each in mistakes(REPOSITORY, kit) if each.tasks == (task,) and each.fails & public
        ][:number]
    ]
    return own + known


def at_surfaces(module: str, wrong: Sequence[Turn], folder: Path) -> list[tuple[str, str]]:
    """Return what the notebook and plain pytest show for each wrong turn."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM)],
        cwd=folder,
        input=json.dumps([asdict(turn) | {"module": module} for turn in wrong]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [(notebook, plain) for notebook, plain in json.loads(done.stdout.splitlines()[-1])]


def checked(kit: Kit, wrong: Sequence[Turn], folder: Path) -> list[str]:
    """Return what `kit check` says about each wrong turn.

    Those of later tasks come first: where the task of the turn before is right again, the wrong one is then
    checked before it.
    """
    said: dict[Turn, str] = {}
    with Loop(Handout.read(folder)) as loop:
        for turn in sorted(wrong, key=lambda turn: kit.tasks.index(turn.task), reverse=True):
            (folder / f"{kit.module}.py").write_text(turn.text, encoding="utf-8")
            loop.check()
            loop.results.by_check.clear()
            while not loop.results.over and loop.results.failing(turn.task) is None:
                loop.next(60)
            result = loop.results.failing(turn.task)
            assert result is not None, turn.about
            printed = io.StringIO()
            console = Console(width=1000, file=printed, highlight=False, markup=False, emoji=False)
            for line in watch_panel.failure_text(loop.results, result):
                console.print(line)
            said[turn] = printed.getvalue()
    return [said[turn] for turn in wrong]


def page(folder: Path) -> str:
    """Return the page. `folder` is for the handouts."""
    tables, number = [HEAD], 0
    for slug in WEEKS:
        kit = Kit.load(REPOSITORY, slug)
        write_files(build(REPOSITORY, Kit.load(REPOSITORY, slug)), folder / slug)
        (folder / slug / f"{kit.module}.ipynb").unlink()
        wrong = turns(kit)
        shown = at_surfaces(kit.module, wrong, folder / slug)
        tables.append(TABLE.format(title=kit.title))
        said = checked(kit, wrong, folder / slug)
        for turn, (notebook, plain), check in zip(wrong, shown, said, strict=True):
            number += 1
            tables.append(row(number, turn, notebook, plain, check, kit.tasks))
    return "".join(tables)


def row(number: int, turn: Turn, notebook: str, plain: str, said: str, tasks: Sequence[str]) -> str:
    """Return a row of the table. What surfaces have in common is said once."""
    parts = [cell(notebook)]
    if words(plain, tasks) != words(notebook, tasks):
        parts.append(f"**pytest:** {cell(plain)}")
    if words(said, tasks) != words(notebook, tasks):
        parts.append(f"**`kit check`:** {cell(said)}")
    return f"| {number} | {turn.about} | {'<br>'.join(parts)} |\n"


def cell(text: str) -> str:
    """Return a text for a cell of a table, its labels in italics and without the line of the definition."""
    kept = []
    for line in filter(None, map(str.strip, text.splitlines())):
        label = LABEL.match(line)
        shown = html.escape(line[label.end() :] if label else line, quote=False).replace("|", "\\|")
        kept.append(f"*{label[1]}:* {shown}" if label else shown)
    return "<br>".join(kept)


def masked(text: str) -> str:
    """Return the page without numbers that another processor or version of Keras may change."""
    return CHANGING.sub("#", text)


def words(text: str, tasks: Sequence[str]) -> list[str]:
    """Return the words that the student reads, without labels, places and Keras' numbers of layers."""
    lines = [LABEL.sub("", line.strip()) for line in text.splitlines() if not PLACE.search(line)]
    found = re.findall(r"\w+", NUMBERED.sub(r"\1", " ".join(lines)))
    return [word for word in found if word not in ("Expected", "received", *tasks)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        PAGE.write_text(page(Path(name)), encoding="utf-8")
