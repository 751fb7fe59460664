"""The report of a check says in a few lines what went wrong, whatever did."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.code_remarks import NO_RETURN
from autograder.handout.build import build
from autograder.handout.sync import write_files
from autograder.keras_advice import FROM_ZERO, NONE, NOT_INSTALLED
from autograder.kit import Kit

TOY = Path(__file__).parents[1] / "toy"
HEAD = "import importlib\n\nimport pytest\nimport sums\n"
TRAINING = 'def fit(found):\n    raise ValueError(f"Expected 4, received {found}. Why?")\n'
CHECK = '''

@pytest.mark.task("{task}", points=1, hint="Read the task.")
def test_{task}():
    """The check of {task}."""
    found = sums.{task}()
    {check}
'''


@dataclass(frozen=True)
class Case:
    """The body of a function and of its check, and the lines that explain the result."""

    body: str
    check: str
    lines: tuple[str, ...]


HINT = "  think about    Read the task."
DEFINED = "  your function  sums.py:N: def {task}():"
CASES = {
    "says_both": Case(
        "return 3",
        'assert found == 4, f"Expected 4, received {found}. Why?"',
        ("  expected       4", "  received       3", "  think about    Why?", DEFINED),
    ),
    "says_lines": Case(
        r'return "a\nb"',
        'assert found == 4, f"Expected 4, received {found}."',
        # pytest indents the lines of an assertion's message.
        ("  expected       4", "  received       a", "                   b", HINT, DEFINED),
    ),
    "keeps_an_error_whole": Case(
        "return 3",
        'assert found == 4, f"Expected 4, received ValueError: no {found}. Why?"',
        ("  expected       4", "  received       ValueError: no 3", "  think about    Why?", DEFINED),
    ),
    "says_something_else": Case(
        "return 3", 'assert found == 4, "Four it is."', ("  Four it is.", HINT, DEFINED)
    ),
    "says_nothing": Case("return 3", "assert found == 4", ("  assert 3 == 4", HINT, DEFINED)),
    "has_fields": Case(
        "return 3",
        'raise type("Both", (AssertionError,), {"expected": 4, "received": found, "think": "Why?"})()',
        ("  expected       4", "  received       3", "  think about    Why?", DEFINED),
    ),
    "raises": Case(
        'raise ValueError("\\x1b[1mno\\x1b[0m")',
        "pass",
        (
            "  `raises` raised ValueError: no",
            r'  your line      sums.py:N: raise ValueError("\x1b[1mno\x1b[0m")',
        ),
    ),
    "raises_in_a_library": Case(
        'return int("four")',
        "pass",
        (
            "  `raises_in_a_library` raised ValueError: invalid literal for int() with base 10: 'four'",
            '  your line      sums.py:N: return int("four")',
        ),
    ),
    "returns_the_wrong_kind": Case(
        "return None",
        "found.shape",
        (
            "  The check could not use what `returns_the_wrong_kind` returned: AttributeError: "
            "'NoneType' object has no attribute 'shape'",
            f"  think about    {NONE}",
            DEFINED,
        ),
    ),
    "ends_the_program": Case(
        "raise SystemExit",
        "pass",
        (
            "  `ends_the_program` ends the program, as `exit()` or `sys.exit()` do. A function ends with "
            "`return`.",
            "  your line      sums.py:N: raise SystemExit",
        ),
    ),
    "takes_no_argument": Case(
        "return 3",
        "sums.takes_no_argument(2)",
        (
            "  `takes_no_argument` does not take the arguments of its task: TypeError: takes_no_argument() "
            "takes 0 positional arguments but 1 was given. Keep the line `def takes_no_argument(…)` as it "
            "was handed out: the checks call it that way.",
            "  your line      sums.py:N: def {task}():",
        ),
    ),
    "refuses_inside_a_comparison": Case(
        "return 3",
        "assert 4 > sums.refuses_inside_a_comparison(2)",
        (
            "  `refuses_inside_a_comparison` does not take the arguments of its task: TypeError: "
            "refuses_inside_a_comparison() takes 0 positional arguments but 1 was given. Keep the line `def "
            "refuses_inside_a_comparison(…)` as it was handed out: the checks call it that way.",
            "  your line      sums.py:N: def {task}():",
        ),
    ),
    "returns_what_another_function_refuses": Case(
        "return 3",
        "len(found)",
        (
            "  The check could not use what `returns_what_another_function_refuses` returned: TypeError: "
            "object of type 'int' has no len()",
            DEFINED,
        ),
    ),
    "is_called_rightly": Case(
        "return 3",
        'raise TypeError("is_called_rightly() takes no 3")',
        (
            "  The check could not use what `is_called_rightly` returned: TypeError: is_called_rightly() "
            "takes no 3",
            DEFINED,
        ),
    ),
    "misspells_a_name": Case(
        "total = 3\n    return totla",
        "pass",
        (
            "  `misspells_a_name` raised NameError: name 'totla' is not defined",
            "  think about    Did you mean 'total'?",
            "  your line      sums.py:N: return totla",
        ),
    ),
    "counts_from_one": Case(
        "return [3][1]",
        "pass",
        (
            "  `counts_from_one` raised IndexError: list index out of range",
            f"  think about    {FROM_ZERO}",
            "  your line      sums.py:N: return [3][1]",
        ),
    ),
    "is_too_short": Case(
        "return []",
        "found[0]",
        (
            "  The check could not use what `is_too_short` returned: IndexError: list index out of range",
            DEFINED,
        ),
    ),
    "imports_what_is_missing": Case(
        "import no_such_module",
        "pass",
        (
            "  `imports_what_is_missing` raised ModuleNotFoundError: No module named 'no_such_module'",
            f"  think about    {NOT_INSTALLED}",
            "  your line      sums.py:N: import no_such_module",
        ),
    ),
    "shows_no_noise": Case(
        "raise ValueError('Received: 3 (of type ' + str(int) + ')')",
        "pass",
        (
            "  `shows_no_noise` raised ValueError: Received: 3",
            "  your line      sums.py:N: raise ValueError('Received: 3 (of type ' + str(int) + ')')",
        ),
    ),
    "gives_what_support_code_refuses": Case(
        "return 3",
        'importlib.import_module("support.training").fit(found)',
        ("  expected       4", "  received       3", "  think about    Why?", DEFINED),
    ),
    "has_nothing_to_return": Case(
        "pass",
        'assert found == 4, f"Expected 4, received {found}. Why?"',
        ("  expected       4", "  received       None", f"  think about    {NO_RETURN}", DEFINED),
    ),
    "calls_a_stub": Case(
        "return stub()",
        "pass",
        (
            "  `calls_a_stub` calls `stub`, which is not written yet.",
            '  your line      sums.py:N: raise NotImplementedError("stub")',
            "  called from    sums.py:N: return stub()",
        ),
    ),
    "keeps_the_line": Case(
        'print()\n    raise NotImplementedError("keeps_the_line")',
        "pass",
        (
            "  The line `raise NotImplementedError` is still there in `keeps_the_line`.",
            '  your line      sums.py:N: raise NotImplementedError("keeps_the_line")',
        ),
    ),
}
ENDLESS = Case(
    "while True:\n        try:\n            len(())\n        except Exception:\n            pass",
    "pass",
    ("  `endless` did not end within 1 s. Is there a loop that never ends?",),
)


def explain(cases: dict[str, Case], folder: Path, *options: str) -> str:
    """Return what plain pytest prints for these cases, with N for the numbers of lines."""
    write_files(build(TOY, Kit.load(TOY, "sums")), folder)
    stub = 'def stub():\n    """Do it."""\n    raise NotImplementedError("stub")\n'
    functions = (f"\n\ndef {task}():\n    {case.body}\n" for task, case in cases.items())
    (folder / "sums.py").write_text(stub + "".join(functions), encoding="utf-8")
    checks = (CHECK.format(task=task, check=case.check) for task, case in cases.items())
    (folder / "support" / "training.py").write_text(TRAINING, encoding="utf-8")
    (folder / "test_sums.py").write_text(HEAD + "".join(checks), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return re.sub(r"sums\.py:\d+", "sums.py:N", result.stdout)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What plain pytest prints for all cases."""
    return explain(CASES, tmp_path_factory.mktemp("handout"))


@pytest.mark.parametrize("task", CASES)
def test_a_check_that_does_not_pass_is_explained(task: str, said: str) -> None:
    lines = [f"The check of {task}.", *(line.format(task=task) for line in CASES[task].lines)]
    assert "\n".join(lines) + "\n" in said, said


def test_no_line_of_the_checks_is_shown(said: str) -> None:
    assert "\x1b" not in said
    assert not re.search(r"(check_report|pytest_plugin|conftest|test_sums)\.py:(?!:)", said)


def test_everything_is_shown_if_asked_for(tmp_path: Path) -> None:
    """Twice `-v` brings pytest's traceback back, above the short report."""
    said = explain({"says_both": CASES["says_both"]}, tmp_path, "-vv")
    assert re.search(r"test_sums.py:N: AssertionError", said)
    assert "  expected       4\n  received       3\n" in said


def test_a_loop_that_never_ends_is_stopped(tmp_path: Path) -> None:
    """Even where it catches every Exception. The other checks of its task are left out."""
    said = explain({"endless": ENDLESS}, tmp_path, "-o", "kit_check_seconds=1")
    assert "\n".join(["The check of endless.", *ENDLESS.lines]) in said


def test_a_file_that_never_ends_is_stopped(tmp_path: Path) -> None:
    write_files(build(TOY, Kit.load(TOY, "sums")), tmp_path)
    (tmp_path / "sums.py").write_text("while True:\n    pass\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-o", "kit_check_seconds=2"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert "The file did not end within 2 s. Is there a loop that never ends?" in said
    assert "sums.py:" in said


def test_an_interrupt_stops_a_loop_where_there_is_no_alarm(tmp_path: Path) -> None:
    """As on Windows."""
    write_files(build(TOY, Kit.load(TOY, "sums")), tmp_path)
    program = (
        "import signal\n"
        "from support.pytest_plugin import TimedOut, time_limit\n"
        # A shell's background job ignores interrupts.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "try:\n"
        "    with time_limit(0.1, alarm=False):\n"
        "        while True:\n"
        "            pass\n"
        "except TimedOut as error:\n"
        "    print('stopped after', error)\n"
    )
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout == "stopped after 0.1 s\n"
