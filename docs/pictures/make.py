"""Makes the README's pictures from what the program shows today: `make pictures`.

Grades the sample class, opens its pages in a headless browser, and runs `kit watch` in a pseudo-terminal.
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

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from system_needs import chromium  # noqa: E402 - it lies with the tests
from terminal import Terminal  # noqa: E402 - as above

from autograder.handout.build import build  # noqa: E402
from autograder.handout.sync import write_files  # noqa: E402 - after the path

SLUG = "week09_transfer"
KIT = Path(sys.executable).with_name("kit")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
RIGHT = "layer.trainable = False"
WRONG = "layer.trainable = True"


def main() -> None:
    """Make every picture."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        grades = Path(name) / "grades"
        command = [KIT, "grade", SLUG, ROOT / "tests" / "classes" / SLUG, "--out", grades, "--root", ROOT]
        subprocess.run(command, check=True)
        shoot(browser, (grades / "class.html").as_uri(), "class.png", 1100, 1500)
        feedback = next(grades.glob("fatima*")) / "feedback.html"
        shoot(browser, feedback.as_uri(), "feedback.png", 900, 1500)
        review(browser, grades)
        panel = Path(name) / "watch.svg"
        panel.write_text(watch(Path(name) / "handout"), encoding="utf-8")
        shoot(browser, panel.as_uri(), "watch.png", 1240, 1010)
        browser.close()


def shoot(browser: Any, address: str, picture: str, width: int, height: int, click: str = "") -> None:
    """A picture of the top of a page, or of what the first match of `click` leads to."""
    tab = browser.new_page(viewport={"width": width, "height": height})
    tab.goto(address)
    if click:
        tab.locator(click).first.click()
        tab.wait_for_load_state()
    tab.screenshot(path=HERE / picture)
    tab.close()


def review(browser: Any, grades: Path) -> None:
    """The largest group of answers in `kit review`."""
    command = [KIT, "review", grades, "--no-browser", "--root", ROOT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        address = run.stdout.readline().split()[-1]
        shoot(browser, address, "review.png", 1200, 900, click="h2:has-text('Groups') + ul a")
        run.send_signal(signal.SIGINT)


def watch(folder: Path) -> str:
    """The panel of `kit watch`, one task wrong, as SVG."""
    write_files(build(ROOT, SLUG), folder)
    answer = (ROOT / "solutions" / SLUG / "transfer.py").read_text(encoding="utf-8")
    wrong = answer.replace(RIGHT, WRONG, 1)
    (folder / "transfer.py").write_text(answer, encoding="utf-8")
    terminal = Terminal([str(KIT), "watch", str(folder)], folder, os.environ)
    try:
        terminal.wait_for("71 of 71", "watching")
        (folder / "transfer.py").write_text(wrong, encoding="utf-8")
        terminal.wait_for("56 of 71", "expected", "checked in")
        terminal.press("q")
        drawn = terminal.drawn
    finally:
        terminal.close()
    console = Console(record=True, width=100, height=40, file=io.StringIO())
    console.print(Text.from_ansi(drawn))
    return console.export_svg(title="kit watch")


if __name__ == "__main__":
    main()
