"""Wrong turns of a beginner in week 9, and what each surface says about them.

`python tests/handout/wrong_turns.py` writes `docs/wrong-turns.md`. Each surface is one process that takes all
wrong turns in order, up to the first check that fails. Endless loops and long trainings take as long as their
limits and have their own tests.
"""

from __future__ import annotations

import html
import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from autograder.handout.build import build
from autograder.handout.sync import write_files
from autograder.kit import Kit
from autograder.proof.answers import mistakes, solution
from autograder.student import watch_panel
from autograder.student.check_loop import Loop
from autograder.student.handout import Handout

REPOSITORY = Path(__file__).parents[2]
SLUG, MODULE = "week09_transfer", "transfer"
PROGRAM = Path(__file__).parent / "at_surfaces.py"
PAGE = REPOSITORY / "docs" / "wrong-turns.md"
# Known mistakes to take of each task, of those that a public check finds.
TASKS = ("build_base", "copy_layers", "drop_top", "freeze", "add_softmax", "build_transfer_model")
MISTAKES = {"build_base": 7, "copy_layers": 7, "drop_top": 5, "freeze": 4, "add_softmax": 4}
HEAD = """# Wrong turns

What a beginner reads about wrong answers to week 9: in the card of the notebook, from plain
`python -m pytest` and from `kit check`. Where they say the same in other forms, the notebook's stands for
all; the others name the line as `transfer.py:194`. A test compares this page with what is said;
`python tests/handout/wrong_turns.py` writes it anew.

| | wrong turn | what is said |
| ---: | --- | --- |
"""
LABEL = re.compile(r"(expected|received|think about|your line|called from|your function) {2,}")
PLACE = re.compile(r"transfer\.py:\d+|In\[\d+\], line \d+")
CHANGING = re.compile(r"\brow \d+|\[[-+.e\d, ]+\]|off by up to [.\d]+|_\d+\b")
NUMBERED = re.compile(r"\b(sequential|functional|keras_tensor|input_layer)(_\d+)?\b")

BASE = "def build_base(n_features=4, n_classes=3):\n"
LAYERS = "keras.layers.Dense(50, activation='relu'), keras.layers.Dense(3, activation='softmax')"
OWN = {
    "forgets `return`": ("build_base", f"{BASE}    base = keras.Sequential([{LAYERS}])"),
    "asks a network for its input that has none yet": (
        "build_base",
        f"{BASE}    base = keras.Sequential([{LAYERS}])\n    return keras.Model(base.input, base.output)",
    ),
    "misspells the loss": (
        "build_base",
        f"{BASE}    base = keras.Sequential([keras.Input((4,)), keras.layers.Dense(50, 'relu'), "
        "keras.layers.Dense(25, 'relu'), keras.layers.Dense(3, 'softmax')])\n"
        "    base.compile(loss='categorical_crosentropy', optimizer='adam')\n    return base",
    ),
    "misspells the optimizer": (
        "build_base",
        f"{BASE}    base = keras.Sequential([{LAYERS}])\n"
        "    base.compile(loss='categorical_crossentropy', optimizer='adamm')\n    return base",
    ),
    "misspells an activation": (
        "build_base",
        f"{BASE}    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(50, activation='rellu')])",
    ),
    "writes a class of its own": (
        "build_base",
        "class Base(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
        "        self.top = keras.layers.Dense(3)\n\n    def call(self, x):\n        return self.top(x)\n\n\n"
        f"{BASE}    base = Base()\n    base.build((None, 4))\n    return base",
    ),
    "misspells a name": ("build_base", f"{BASE}    base = keras.Sequential([{LAYERS}])\n    return bsae"),
    "returns what `fit` returns": (
        "build_base",
        f"{BASE}    base = keras.Sequential([{LAYERS}])\n"
        "    base.compile(loss='categorical_crossentropy', optimizer='adam')\n"
        "    return keras.callbacks.History()",
    ),
    "gives `keras.Input` a number": (
        "build_base",
        f"{BASE}    return keras.Sequential([keras.Input(4), {LAYERS}])",
    ),
    "chains `add`": (
        "build_base",
        f"{BASE}    return keras.Sequential([keras.Input((4,))]).add(keras.layers.Dense(50)).add("
        "keras.layers.Dense(3))",
    ),
    "leaves the parentheses out": ("build_base", f"{BASE}    return keras.Sequential"),
    "wants an argument that nobody passes": (
        "build_base",
        "def build_base(x, y):\n    return keras.Sequential([keras.Input((4,))])",
    ),
    "ends the program": ("build_base", f"{BASE}    import sys\n    sys.exit()"),
    "keeps the line of the stub": (
        "build_base",
        f"{BASE}    base = keras.Sequential([{LAYERS}])\n    raise NotImplementedError('build_base')",
    ),
    "imports what is not installed": ("build_base", f"{BASE}    import seaborn\n    return seaborn"),
    "calls itself": ("build_base", f"{BASE}    return build_base(n_features, n_classes)"),
    "sets weights that are not there yet": (
        "copy_layers",
        "def copy_layers(base):\n"
        "    copy = keras.Sequential([keras.layers.Dense(layer.units) for layer in base.layers])\n"
        "    copy.set_weights(base.get_weights())\n    return copy",
    ),
    "returns predictions": (
        "copy_layers",
        "def copy_layers(base):\n    return base(__import__('lesson').iris()[0]).numpy()",
    ),
    "pops from the list of layers": (
        "drop_top",
        "def drop_top(model):\n    copy = keras.models.clone_model(model)\n"
        "    copy.set_weights(model.get_weights())\n    copy.layers.pop()\n    return copy",
    ),
    "takes a layer for its output": (
        "drop_top",
        "def drop_top(model):\n    return keras.Model(model.inputs, model.layers[-2])",
    ),
    "counts layers from one": (
        "drop_top",
        "def drop_top(model):\n"
        "    return keras.Sequential([model.layers[number] for number in range(1, len(model.layers) + 1)])",
    ),
    "passes the whole input shape": (
        "add_softmax",
        "def add_softmax(body, n_classes=4):\n"
        "    model = keras.Sequential([keras.Input(body.input_shape), *body.layers, "
        "keras.layers.Dense(n_classes, activation='softmax')])\n"
        "    model.compile(loss='categorical_crossentropy', optimizer='adam')\n    return model",
    ),
    "gives two layers one name": (
        "add_softmax",
        "def add_softmax(body, n_classes=4):\n"
        "    return keras.Sequential([*body.layers, keras.layers.Dense(4, name=body.layers[0].name)])",
    ),
    "calls a layer on a network": (
        "add_softmax",
        "def add_softmax(body, n_classes=4):\n    return keras.layers.Dense(n_classes)(body)",
    ),
}


@dataclass(frozen=True)
class Turn:
    """A wrong answer to a task: what its author did, and the file."""

    about: str
    task: str
    text: str


def turns() -> list[Turn]:
    """Return the wrong turns: those of this module, then known mistakes."""
    kit = Kit.load(REPOSITORY, SLUG)
    right = solution(REPOSITORY, kit).text
    own = [Turn(about, task, f"{right}\n\n{code}\n") for about, (task, code) in OWN.items()]
    public = {check.name for check in kit.checks if not check.hidden}
    known = [
        Turn(each.name.replace("_", " "), each.tasks[0], each.text)
        for task, number in MISTAKES.items()
        for each in [
            each for each in mistakes(REPOSITORY, kit) if each.tasks == (task,) and each.fails & public
        ][:number]
    ]
    return own + known


def at_surfaces(wrong: Sequence[Turn], folder: Path) -> list[tuple[str, str]]:
    """Return what the notebook and plain pytest show for each wrong turn."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM)],
        cwd=folder,
        input=json.dumps([asdict(turn) | {"module": MODULE} for turn in wrong]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [(notebook, plain) for notebook, plain in json.loads(done.stdout.splitlines()[-1])]


def checked(wrong: Sequence[Turn], folder: Path) -> Iterator[str]:
    """Yield what `kit check` says about each wrong turn."""
    with Loop(Handout.read(folder)) as loop:
        for turn in wrong:
            (folder / f"{MODULE}.py").write_text(turn.text, encoding="utf-8")
            loop.check()
            loop.board.results.clear()
            while not loop.board.over and loop.board.failing(turn.task) is None:
                loop.next(60)
            result = loop.board.failing(turn.task)
            assert result is not None, turn.about
            printed = io.StringIO()
            console = Console(width=1000, file=printed, highlight=False, markup=False, emoji=False)
            for line in watch_panel.failure_text(loop.board, result):
                console.print(line)
            yield printed.getvalue()


def page(folder: Path) -> str:
    """Return the page. `folder` is for the handout."""
    write_files(build(REPOSITORY, SLUG), folder)
    (folder / f"{MODULE}.ipynb").unlink()
    wrong = turns()
    shown = at_surfaces(wrong, folder)
    rows = zip(wrong, shown, checked(wrong, folder), strict=True)
    return HEAD + "".join(
        row(number, turn, notebook, plain, said)
        for number, (turn, (notebook, plain), said) in enumerate(rows, 1)
    )


def row(number: int, turn: Turn, notebook: str, plain: str, said: str) -> str:
    """Return a row of the table. What surfaces have in common is said once."""
    parts = [cell(notebook)]
    if words(plain) != words(notebook):
        parts.append(f"**pytest:** {cell(plain)}")
    if words(said) != words(notebook):
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


def words(text: str) -> list[str]:
    """Return the words that the student reads, without labels, places and Keras' numbers of layers."""
    lines = [LABEL.sub("", line.strip()) for line in text.splitlines() if not PLACE.search(line)]
    found = re.findall(r"\w+", NUMBERED.sub(r"\1", " ".join(lines)))
    return [word for word in found if word not in ("Expected", "received", *TASKS)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        PAGE.write_text(page(Path(name) / "handout"), encoding="utf-8")
