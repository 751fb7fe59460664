"""The table of a calibration beside the kit, its plot, and what makes it stale."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.kit import Kit, KitError, slugs
from autograder.proof.calibration.calibration_report import (
    check_code,
    disagreements,
    plot,
    read_table,
    support_modules,
    table_path,
    without_comments,
    write_table,
)
from autograder.proof.calibration.thresholds import Calibration, Network, Threshold
from autograder.proof.prove import Proof

ROOT = Path(__file__).parents[3]
SLUG = "week09_transfer"
GOOD = Network(("solution", "other"), ("harmless",), ((0.875, 2), (1.0, 998)))
SHAKY = Network(("unlucky",), (), ((0.75, 2), (0.875, 498), (1.0, 500)))
WRONG = Network((), ("wild", "wilder"), ((0.25, 750), (1.0, 250)))
Change = Callable[[str, str, str], None]
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


def threshold(value: float, *networks: Network) -> Threshold:
    return Threshold("accuracy", value, "test_learns", "ab" * 32, networks, ("hopeless",))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with week 9 alone, that a test may change."""
    for tree in ("autograder/kits", "solutions"):
        shutil.copytree(ROOT / tree / SLUG, tmp_path / tree / SLUG)
    return tmp_path


@pytest.fixture
def change(root: Path) -> Change:
    """Puts a text in place of another in a file of the kit or of its solution."""

    def change(file: str, old: str, new: str) -> None:
        folders = (root / "autograder" / "kits" / SLUG, root / "solutions" / SLUG)
        path = next(folder / file for folder in folders if (folder / file).exists())
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    return change


def problems(root: Path) -> list[str]:
    return list(disagreements(root, Kit.load(root, SLUG)))


def test_a_table_can_be_read_back() -> None:
    table = Calibration(
        "kit", 1_000, "Python “3”", (threshold(0.875, GOOD, WRONG), threshold(0.5, SHAKY, WRONG))
    )
    text = write_table(dataclasses.replace(table, thresholds=table.thresholds[:1]))
    assert read_table(text) == dataclasses.replace(table, thresholds=table.thresholds[:1])
    assert "bound = 0.002991" in text
    assert "stopped = 0.5" in text


@pytest.mark.parametrize("slug", slugs(ROOT))
def test_every_kit_agrees_with_its_table(slug: str) -> None:
    """Thresholds are those of the table, the table rests on the kit as it is, and right answers pass."""
    assert "\n".join(disagreements(ROOT, Kit.load(ROOT, slug))) == ""


def test_another_threshold_is_a_disagreement(root: Path, change: Change) -> None:
    """Whoever moves a threshold has to calibrate it."""
    change("kit.toml", "graft_accuracy = 0.875", "graft_accuracy = 0.9")
    (problem,) = problems(root)
    assert "kit.toml says graft_accuracy = 0.9" in problem
    assert "the table was made for 0.875" in problem
    assert "Run `kit calibrate week09_transfer --seeds 1000`." in problem


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("kit.toml", "base_epochs = 100", "base_epochs = 90"),
        ("calibration.py", "[:-1]", "[:-2]"),
        ("transfer.py", "Dense(25", "Dense(24"),
        ("alternatives.py", "learning_rate=0.002", "learning_rate=0.02"),
        ("test_public.py", "x, y = lesson.iris()", "x, y = lesson.eight_flowers()"),
    ],
)
def test_what_decides_the_trainings_makes_a_table_stale(
    root: Path, change: Change, file: str, old: str, new: str
) -> None:
    change(file, old, new)
    found = problems(root)
    assert found
    assert all("has changed since" in problem for problem in found)


def test_prose_and_other_code_make_no_table_stale(root: Path, change: Change) -> None:
    """A docstring, a hint, a comment or the story decides no training."""
    change("lesson.py", '"""Week 9: the flowers', '"""Week nine: the flowers')
    change("alternatives.py", '"""Gives every new model', '"""It gives every new model')
    change("test_public.py", "What could keep the network from learning", "What might keep it from learning")
    change("lesson.py", "def tell", "# A comment.\ndef tell")
    assert problems(root) == []


def test_a_table_that_was_edited_is_found_out(root: Path, change: Change) -> None:
    """All numbers of a table follow from its counts."""
    change("calibration.toml", "bound = 0.002991", "bound = 0.000001")
    (problem,) = problems(root)
    assert "do not follow from its counts" in problem


def test_failures_beyond_the_bound_are_named(root: Path) -> None:
    """A table that says what nobody wants to read still counts: the answer, the bound and what would hold."""
    path = table_path(root, Kit.load(root, SLUG))
    table = read_table(path.read_text())
    base, graft = table.thresholds
    unlucky = dataclasses.replace(graft.networks[0], reached=((0.75, 9), (1.0, 991)))
    worse = dataclasses.replace(graft, networks=(unlucky, *graft.networks[1:]))
    path.write_text(write_table(dataclasses.replace(table, thresholds=(base, worse))))
    (problem,) = problems(root)
    assert "graft_accuracy = 0.875 fails the right answer solution in 9 of 1000 trainings" in problem
    assert "at most 0.75 would hold" in problem


@pytest.mark.parametrize("text", [None, "", "kit = ", "[base_accuracy]\nthreshold = 0.95\n"])
def test_a_table_that_is_missing_or_broken_is_a_problem(root: Path, text: str | None) -> None:
    path = table_path(root, Kit.load(root, SLUG))
    path.write_text(text or "")
    if text is None:
        path.unlink()
    (problem,) = problems(root)
    assert "found none" in problem if text is None else "cannot be read" in problem


def test_a_table_for_other_settings_is_a_problem(root: Path, change: Change) -> None:
    change("kit.toml", 'base_accuracy = "test_build_base_learns_iris"\n', "")
    assert "base_accuracy is not calibrated in kit.toml" in problems(root)[0]


def test_a_calibration_without_starts_is_a_problem(root: Path) -> None:
    table_path(root, Kit.load(root, SLUG)).with_suffix(".py").unlink()
    assert all("calibration.py beside it" in problem for problem in problems(root))


def test_a_threshold_without_a_table_fails_the_proof(
    toy_root: Path, proven: Callable[[Path, str], Proof]
) -> None:
    path = toy_root / "autograder" / "kits" / "sums" / "kit.toml"
    path.write_text(path.read_text() + '\n[calibrated]\nlargest_error = "test_mean_of_other_numbers"\n')
    (problem,) = proven(toy_root, "sums").problems
    assert "Expected calibration.toml beside kit.toml, for largest_error, found none." in problem


def test_a_kit_without_thresholds_needs_no_table(toy: Kit) -> None:
    assert list(disagreements(ROOT / "tests" / "toy", toy)) == []


@pytest.mark.parametrize(
    "line", ['no_such_setting = "test_build_base_learns_iris"', 'base_accuracy = "test_no_such_check"']
)
def test_calibrated_names_settings_and_checks(root: Path, change: Change, line: str) -> None:
    change("kit.toml", 'base_accuracy = "test_build_base_learns_iris"', line)
    with pytest.raises(KitError, match=r"names no setting or no check with .*no_such"):
        Kit.load(root, SLUG)


@pytest.mark.parametrize("slug", [slug for slug in slugs(ROOT) if Kit.load(ROOT, slug).calibrated])
def test_every_plot_shows_its_table(slug: str) -> None:
    """The plot beside the kit is that of the table: equal tables give equal bytes, without a date."""
    path = table_path(ROOT, Kit.load(ROOT, slug))
    calibration = read_table(path.read_text())
    assert plot(calibration) == plot(calibration) == path.with_suffix(".svg").read_text()
    assert calibration.seeds >= 1_000


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
