"""A calibration depends on the code that trains, and not on other support code."""

from __future__ import annotations

import pytest

from autograder.proof.calibration.fingerprint import check_code, support_modules, without_comments

CODE = {
    "lesson.py": "from support import load\n\ndef rows():\n    return load('rows')\n",
    "other.py": "def words():\n    return ''\n",
    "support/__init__.py": "",
    "support/running.py": "from .backend import keras\nfrom .errors import fail\ndef fit():\n    fail()\n",
    "support/backend.py": "import keras\n",
    "support/errors.py": "def fail():\n    pass\n",
    "support/values.py": "from .running import fit\n\ndef assert_it():\n    pass\n",
}
CHECKS = '''
def train(call):
    """Train."""
    return call()

def unused(call):
    return call()

def test_learns(call, settings):
    """It learns."""
    assert train(call)  # at once
'''


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["lesson"], {"lesson.py"}),
        (["lesson.train"], {"lesson.py"}),
        (["support.fit"], {"support/running.py", "support/backend.py", "support/errors.py"}),
        (["support.fail", "other"], {"support/errors.py", "other.py"}),
        (["support.nothing"], set()),
    ],
)
def test_names_stand_for_the_modules_that_define_them(names: list[str], files: set[str]) -> None:
    assert support_modules(CODE, names) == files


def test_a_check_is_its_code_and_that_of_its_helpers() -> None:
    helper, check = check_code(CHECKS, "test_learns")
    assert helper == "def train(call):\n    return call()"
    assert check.startswith("def test_learns")
    assert "It learns" not in check


def test_bare_code_has_neither_prose_nor_blank_lines() -> None:
    text = (
        '"""Module."""\n\n# About x.\nx = 1\n\n\ndef f():\n    """Say.\n\n    So.\n    """\n    return "#"\n'
    )
    assert without_comments(text) == 'x = 1\ndef f():\n    return "#"'
