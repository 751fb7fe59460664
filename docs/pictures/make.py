"""Makes the README's pictures from what the program shows today: `make pictures`.

Grades the sample class, opens its pages in a headless browser, opens the notebook in JupyterLab, and runs
`kit watch` in a pseudo-terminal. Arguments choose among these: grades, notebook, watch.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from headless import started_browser  # noqa: E402 - it lies with the tests
from jupyterlab_page import open_notebook, output_of, run_all, serve  # noqa: E402 - it lies with the tests
from terminal import Terminal  # noqa: E402 - as above

from autograder.handout.build import build  # noqa: E402
from autograder.handout.sync import write_files  # noqa: E402 - after the path
from autograder.kit import Kit  # noqa: E402

SLUG = "week09_transfer"
KIT = Path(sys.executable).with_name("kit")
# Answers in the notebook: right, wrong, and one that raises. The other tasks are not begun.
ANSWERS = {
    "build_base": """def build_base(n_features=4, n_classes=3):
    base = keras.Sequential(
        [
            keras.Input((n_features,)),
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(25, activation="relu"),
            keras.layers.Dense(n_classes, activation="softmax"),
        ]
    )
    base.compile(loss="categorical_crossentropy", optimizer="adam")
    return base""",
    "copy_layers": """def copy_layers(base):
    copy = keras.Sequential([keras.layers.Dense(layer.units) for layer in base.layers])
    copy.set_weights(base.get_weights())
    return copy""",
    "freeze": """def freeze(model):
    model.layers[0].trainable = False
    return model""",
}
CARDS = {
    "right": 'grader.check("build_base")',
    "raising": 'grader.check("copy_layers")',
    "untouched": 'grader.check("drop_top")',
    "wrong": 'grader.check("freeze")',
    "last": "notebook_checks.hand_in",
}
RIGHT = "layer.trainable = False"
WRONG = "layer.trainable = True"


def main() -> None:
    """Make every picture, or those that the arguments name."""
    makers = {"grades": take_grades, "notebook": take_notebook, "watch": take_watch}
    with tempfile.TemporaryDirectory() as name, started_browser() as browser:
        for chosen in sys.argv[1:] or makers:
            makers[chosen](browser, Path(name))


def take_grades(browser: Any, folder: Path) -> None:
    """Take the class page, a feedback page and the pages of `kit review`."""
    grades = folder / "grades"
    command = [KIT, "grade", SLUG, ROOT / "tests" / "classes" / SLUG, "--out", grades, "--root", ROOT]
    subprocess.run(command, check=True)
    shoot(browser, (grades / "class.html").as_uri(), "class.png", 1280, 1500)
    feedback = next(grades.glob("fatima*")) / "feedback.html"
    shoot(browser, feedback.as_uri(), "feedback.png", 1280, 1300)
    review(browser, grades)


def take_watch(browser: Any, folder: Path) -> None:
    """Take the panel of `kit watch`."""
    panel = folder / "watch.svg"
    panel.write_text(watch(folder / "watched"), encoding="utf-8")
    shoot(browser, panel.as_uri(), "watch.png", 1000, 660)


def take_notebook(browser: Any, folder: Path) -> None:
    """Take the cards of a right, a wrong, a raising and an untouched task, and the last cell, twice."""
    handout = folder / "handout"
    write_files(build(ROOT, Kit.load(ROOT, SLUG)), handout)
    notebook: Any = nbformat.read(handout / "transfer.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = ANSWERS.get(cell.id.removeprefix("answer-"), cell.source)
        # The pictures show checks alone, without the trainings of the lesson.
        cell.source = "" if cell.id.startswith("explore-") else cell.source
    nbformat.write(notebook, handout / "transfer.ipynb")
    (folder / "home").mkdir()
    with serve(handout, folder / "home") as address:
        page = open_notebook(browser, f"{address}/doc/tree/transfer.ipynb")
        run_all(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            light = str(scheme == "light").lower()
            page.locator(f'body[data-jp-theme-light="{light}"]').wait_for(state="attached")
            for name, source in CARDS.items():
                output_of(page, source).first.screenshot(path=HERE / f"notebook-{name}-{scheme}.png")
        page.close()


def shoot(browser: Any, address: str, picture: str, width: int, height: int, click: str = "") -> None:
    """Take a picture of the top of a page, or of what the first match of `click` leads to."""
    tab = browser.new_page(viewport={"width": width, "height": height})
    tab.goto(address)
    if click:
        tab.locator(click).first.click()
        tab.wait_for_load_state()
    tab.screenshot(path=HERE / picture)
    tab.close()


def review(browser: Any, grades: Path) -> None:
    """Take the largest group of answers in `kit review`."""
    command = [KIT, "review", grades, "--no-browser", "--root", ROOT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        address = run.stdout.readline().split()[-1]
        shoot(browser, address, "review.png", 1200, 900, click="h2:has-text('Groups') + ul a")
        run.send_signal(signal.SIGINT)


def watch(folder: Path) -> str:
    """Return the panel of `kit watch`, one task wrong, as SVG."""
    write_files(build(ROOT, Kit.load(ROOT, SLUG)), folder)
    answer = (ROOT / "solutions" / SLUG / "transfer.py").read_text(encoding="utf-8")
    wrong = answer.replace(RIGHT, WRONG, 1)
    (folder / "transfer.py").write_text(answer, encoding="utf-8")
    terminal = Terminal([str(KIT), "watch", str(folder)], folder, os.environ, 24, 80)
    try:
        terminal.wait_for("71 of 71", "watching")
        (folder / "transfer.py").write_text(wrong, encoding="utf-8")
        terminal.wait_for("56 of 71", "Expected", "checked in")
        terminal.press("q")
        drawn = terminal.drawn
    finally:
        terminal.close()
    console = Console(record=True, width=80, height=24, file=io.StringIO())
    console.print(Text.from_ansi(drawn))
    return console.export_svg(title="kit watch")


if __name__ == "__main__":
    main()
