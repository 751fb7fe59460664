"""A kit whose answers stay in the sandbox, examined for real: the outcomes, the limits and the cache."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.examiner.client import Examiner
from autograder.kit import Kit
from autograder.models import Report, Submission, SubmittedFile

HELD = Path(__file__).parents[1] / "held" / "kit"
SOLVED = (HELD / "solutions" / "series" / "series.py").read_text()
FIRST, KEEPS, OTHERS = (
    "test_smoother_starts_at_its_first_number",
    "test_smoother_keeps_what_it_saw",
    "test_smoother_follows_other_numbers",
)
BUILT, APART = "test_build_makes_a_smoother", "test_build_shares_nothing"
SMOOTHER = (FIRST, KEEPS, OTHERS)

# What a submission adds to the solution, and what its checks come to. All others pass.
CASES = {
    "solution": ("", {}),
    "renamed": ("class Other(Smoother): pass\nSmoother = Other\n", {}),
    "remembers every smoother": (
        "Smoother.outputs = shared = []\n"
        "def _start(self, rate): self.rate, self.stopped = rate, False\n"
        "Smoother.__init__ = _start\n",
        {KEEPS: "failed", OTHERS: "failed", BUILT: "failed", APART: "failed"},
    ),
    "claims": (
        "class Liar:\n"
        "    def __init__(self, *args): self.rate = 0.5\n"
        "    def __getattr__(self, name): return Liar()\n"
        "    def __call__(self, *args): return Liar()\n"
        "    def __len__(self): return 3\n"
        "    def __getitem__(self, place): return [4.0, 3.0, 2.5][place]\n"
        "    def __eq__(self, other): return True\n"
        "    __hash__ = None\n"
        "    def __repr__(self): return '100 of 100' * 10**7\n"
        "Smoother = Liar\n",
        dict.fromkeys((FIRST, KEEPS, OTHERS, BUILT, APART), "failed"),
    ),
    "pretends to be of the class": (
        "Real = Smoother\n"
        "class Smoother:\n"
        "    __class__ = property(lambda self: Real)\n"
        "    def __init__(self, *args): pass\n"
        "    def __getattr__(self, name): return Smoother()\n"
        "    def __call__(self, *args): return Smoother()\n",
        dict.fromkeys((FIRST, KEEPS, OTHERS, BUILT, APART), "failed"),
    ),
    "pauses as a number": (
        "from contextlib import contextmanager\n"
        "def _paused(self): yield 5\n"
        "Smoother.paused = contextmanager(_paused)\n",
        {OTHERS: "failed"},
    ),
    "endless iterator": (
        "def _endless(self):\n    while True: yield 1.0\nSmoother.__iter__ = _endless\n",
        {KEEPS: "failed or timed_out"},
    ),
    "attributes that exit": (
        "def _exits(self, name): raise SystemExit\nSmoother.__getattribute__ = _exits\n",
        dict.fromkeys((FIRST, KEEPS, OTHERS, BUILT, APART), "failed"),
    ),
    "attributes that kill": (
        "import os\nSmoother.rate = property(lambda self: os.abort(), lambda self, rate: None)\n",
        dict.fromkeys((FIRST, KEEPS, OTHERS, BUILT, APART), "crashed"),
    ),
    "every use takes long": (
        "import time\n"
        "_call = Smoother.__call__\n"
        "def _slow(self, number):\n    time.sleep(1.2)\n    return _call(self, number)\n"
        "Smoother.__call__ = _slow\n",
        dict.fromkeys((KEEPS, OTHERS, BUILT, APART), "timed_out"),
    ),
    "holds too much": (
        "def _hold(self):\n"
        "    while True: yield [bytearray(64 * 2**20), object()]\n"
        "Smoother.__iter__ = _hold\n",
        {KEEPS: "failed or crashed or timed_out"},
    ),
    "metaclass": (
        "class Meta(type):\n"
        "    __name__ = property(lambda self: 'x' * 10**7)\n"
        "    def __instancecheck__(self, other): raise KeyError\n"
        "class Odd(Smoother, metaclass=Meta): pass\nSmoother = Odd\n",
        {},
    ),
    "stub": (
        "class Smoother:\n"
        "    def __init__(self, rate):\n"
        "        super().__init__()\n"
        "        raise NotImplementedError('Smoother')\n",
        {**dict.fromkeys(SMOOTHER, "not_attempted"), BUILT: "failed", APART: "failed"},
    ),
    "half a stub": (
        "class Smoother:\n"
        "    def __init__(self, rate): self.rate = rate\n"
        "    def __call__(self, number):\n"
        "        raise NotImplementedError('Smoother')\n",
        {**dict.fromkeys((FIRST, OTHERS), "not_attempted"), **dict.fromkeys((KEEPS, BUILT, APART), "failed")},
    ),
    "missing": ("del Smoother\n", dict.fromkeys((FIRST, KEEPS, OTHERS, BUILT, APART), "failed")),
}


def timeless(report: Report) -> Report:
    return replace(report, seconds=0, checks=tuple(replace(check, seconds=0) for check in report.checks))


# The cases are examined once, for all tests.
pytestmark = pytest.mark.xdist_group("held answers")


@pytest.fixture(scope="module")
def reports() -> dict[bool, dict[str, Report]]:
    """Every case, with a result cache and without, with the solution first and last."""
    found: dict[bool, dict[str, Report]] = {}
    for cached in (True, False):
        with Examiner(Kit.load(HELD, "series"), result_cache=cached) as examiner:
            found[cached] = {}
            for name, (text, _) in (*CASES.items(), ("again", CASES["solution"])):
                # A stub below an answer would be left out.
                above = (
                    SOLVED.replace("class Smoother", "class Unused")
                    if text.startswith("class Smoother")
                    else SOLVED
                )
                file = SubmittedFile("series.py", f"{above}\n{text}".encode())
                found[cached][name] = examiner.examine(Submission("ada", (file,), sha256="0"))
    return found


@pytest.mark.needs("bubblewrap")
@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_each_answer_comes_to_what_it_does(
    reports: dict[bool, dict[str, Report]], name: str, cached: bool
) -> None:
    outcomes = {check.name: check.outcome for check in reports[cached][name].checks}
    for check, outcome in outcomes.items():
        assert outcome in CASES[name][1].get(check, "passed").split(" or "), check


# Which limit ends the other cases first depends on the speed of the machine.
CERTAIN = [
    name for name, (_, outcomes) in CASES.items() if not any(" or " in end for end in outcomes.values())
]


@pytest.mark.needs("bubblewrap")
@pytest.mark.parametrize("name", [*CERTAIN, "again"])
def test_a_cache_changes_no_report(reports: dict[bool, dict[str, Report]], name: str) -> None:
    """Answers with a state give the same results whether checks run or results are reused."""
    assert timeless(reports[True][name]) == timeless(reports[False][name])


@pytest.mark.needs("bubblewrap")
def test_no_message_holds_what_an_answer_says_of_itself(reports: dict[bool, dict[str, Report]]) -> None:
    for report in reports[False].values():
        for check in report.checks:
            assert len(check.message) < 500
            assert "100 of 100" not in check.message
