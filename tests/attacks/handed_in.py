"""What is handed in: hostile files, what they say of themselves, honest ones, and the order of a class."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.kit import Kit

HERE = Path(__file__).parent
ROOT = HERE / "kit"
SLUGS = ("plain", "nets")
# Hostile submissions between two honest ones.
EVERY = 4
# What files of the kit `plain` may be called, all of them with the right answers in them.
NAMES = (
    *(
        "=HYPERLINK(1)",
        "@SUM(1)",
        "ada;=1+1",
        "-rf",
        "$(touch planted)",
        "`touch planted`",
        "a\\..\\..\\planted",
    ),
    *("<img src=x onerror=alert(1)>", "'onclick='alert(1)", "{{ 7*7 }}", "[bold red]red", "%2e%2e%2fplanted"),
    *("\x1b[2J\x1b]0;owned\x07", "two\nlines", "ada\u202egnp.exe", "\udcff", "x" * 240, "con", "~", "0"),
    *("grades.csv", "class.html", "uploads", "report.json", "examined.json", "feedback.html"),
)


@dataclass(frozen=True)
class Attack:
    """A hostile file and what it says of itself: the share of its points, by task, that it has to earn.

    `# honest: add copy=1` says that `add` is right, one point of `copy` is earned, and the rest is not.
    """

    path: Path

    @property
    def slug(self) -> str:
        """The kit that it attacks."""
        return self.path.parent.name

    @cached_property
    def text(self) -> str:
        """The file."""
        return self.path.read_text(encoding="utf-8")

    @property
    def first(self) -> bool:
        """Whether it comes before everybody, to spoil what is kept for those who come later."""
        return "\n# first\n" in self.text

    @property
    def status(self) -> str:
        """The status of its report."""
        found = re.search(r"^# status: (\w+)$", self.text, re.MULTILINE)
        return found[1] if found else "graded"

    def points(self, kit: Kit) -> dict[str, float]:
        """What it has to earn, task by task."""
        marked = re.search(r"^# honest:(.*)$", self.text, re.MULTILINE)
        assert marked, f"{self.path} must say which of its tasks are honest: `# honest: add mean`"
        earned = dict.fromkeys(kit.tasks, 0.0)
        for word in marked[1].split():
            task, _, points = word.partition("=")
            earned[task] = float(points) if points else kit.points(task)
        return earned


ATTACKS = [Attack(path) for path in sorted((HERE / "submissions").glob("*/*.py"))]


def arranged(slug: str) -> tuple[dict[Path, str], dict[str, str]]:
    """Each attack's student, and each student's text: the poisoners, an honest one, four attacks, and so on.

    Students are graded in the order of their names. Whoever leaves something is followed by one who looks.
    """
    attacks = [attack for attack in ATTACKS if attack.slug == slug]
    attacks.sort(key=lambda attack: not attack.first)
    names: dict[Path, str] = {}
    texts: dict[str, str] = {}
    styles = list(HONEST[slug])

    def be_honest(style: str) -> None:
        texts[f"{len(texts):03d}-honest-{style}"] = HONEST[slug][style]

    since = 0
    for attack in attacks:
        names[attack.path] = f"{len(texts):03d}-{attack.path.stem}"
        texts[names[attack.path]] = attack.text
        since += 1
        if attack.path.stem.startswith("persist"):
            be_honest("curious")
        elif since >= EVERY or attack.first:
            since = 0
            be_honest(styles[len(texts) % len(styles)])
    be_honest("right")
    if slug == "plain":
        # In other words than those of the honest, or they would count as copies of each other.
        texts |= dict.fromkeys(NAMES, HONEST[slug]["right"].replace("left + right", "right + left"))
    return names, texts


def student_of(name: str) -> str:
    """Return whose a file of this name is: without a second ending, with invalid bytes replaced."""
    return os.fsencode(name).decode(errors="replace").removesuffix(".html").removesuffix(".json")


def write_class(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True)
    for student, text in texts.items():
        (folder / f"{student}.py").write_text(text, encoding="utf-8")


def _solution(slug: str) -> str:
    return (ROOT / "solutions" / slug / f"{slug}.py").read_text(encoding="utf-8")


CURIOUS = """

import builtins, fcntl, os, random, resource, signal, sys, threading
import lesson

for folder in (".", "/dev/shm"):
    print(folder, sorted(os.listdir(folder)), os.listxattr(folder), oct(os.stat(folder).st_mode))
print(os.getcwd(), sorted(os.environ.items()), sys.path, sorted(vars(lesson)), len(sys.modules))
print(fcntl.fcntl(0, fcntl.F_GETFL), fcntl.flock(open(os.devnull), fcntl.LOCK_EX | fcntl.LOCK_NB))
print([resource.getrlimit(number) for number in range(16)])
print([str(signal.getsignal(number)).split(" at ")[0] for number in range(1, 32)])
print(sorted(vars(builtins)), threading.active_count(), random.random(), oct(os.umask(0)))
with open("mine", "w") as file:
    file.write("mine")
print(open("mine").read(), oct(os.stat("mine").st_mode))
"""
HONEST = {
    "plain": {
        "right": _solution("plain"),
        "curious": _solution("plain") + CURIOUS,
        "wrong": _solution("plain") + "\n\ndef mean(numbers):\n    return float(numbers[0])\n",
        "chatty": _solution("plain") + "\n\nfor word in __doc__.split() * 9:\n    print(word)\n",
    },
    "nets": {
        "right": _solution("nets"),
        "counting": _solution("nets") + "\n\nlayers = [keras.layers.Dense(1) for _ in range(3)]\n",
        "wrong": _solution("nets") + "\n\ndef freeze(model):\n    return model\n",
    },
}
