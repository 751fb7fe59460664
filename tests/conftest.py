"""For all tests: what they need from the system, and a kit to work on that needs no TensorFlow."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from system_needs import NEEDS, asked_for, missing

from autograder.examiner.client import Examiner
from autograder.kit import Kit
from autograder.models import Report, Submission, SubmittedFile
from autograder.sandbox.guest.startup import freeze_gc

HERE = Path(__file__).parent
LACKING = pytest.StashKey[list[str]]()
# The groups that take longest come first: whoever began one last would keep all others waiting.
LONGEST = ("week10_parts", "week09_transfer", "classes", "wrong_turns", "determinism", "attacks")


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark `needs`, and look once for what is missing."""
    config.addinivalue_line(
        "markers", f"needs(name): skip without this part of the system: {', '.join(NEEDS)} (on CI: fail)"
    )
    names = asked_for(HERE)
    if unknown := names - set(NEEDS):
        raise pytest.UsageError(f"A test needs {sorted(unknown)}: describe it in tests/system_needs.py.")
    config.stash[LACKING] = missing(names)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what is missing before any test is skipped for it."""
    return [f"missing: {name}. {NEEDS[name].how_to_get_it()}" for name in config.stash[LACKING]]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while the tests are imported, nor in what they import."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        freeze_gc()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest groups first, and keep the tests of an `xdist_group` on one worker.

    pytest-xdist 3.8 tells groups in a field that pytest 9.2 no longer reads: pytest-dev/pytest-xdist#1386.
    """
    items.sort(key=_place)
    if getattr(config.option, "loadgroup", False):
        from _pytest import nodes

        for item in items:
            grouped = vars(item).get("_nodeid", item.nodeid)
            if grouped != item.nodeid:
                item._id = nodes.coerce_node_id(grouped)


def _place(item: pytest.Item) -> int:
    """Where a test's group comes; all others after these, as they were."""
    names = {str(mark.args[0]) for mark in item.iter_markers("xdist_group")}
    return min((place for place, name in enumerate(LONGEST) if name in names), default=len(LONGEST))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test by the name of what it lacks; on CI such a skip is a failure."""
    for mark in item.iter_markers("needs"):
        (name,) = mark.args
        if name in item.config.stash[LACKING]:
            stop = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            stop(f"{name} is missing. {NEEDS[name].how_to_get_it()}")


@pytest.fixture(scope="session")
def trainings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the examiners of these tests, and what is compared with them, keep trainings."""
    return tmp_path_factory.mktemp("trainings")


@pytest.fixture(scope="session")
def warm(trainings: Path) -> Iterator[Callable[[Path, str], Examiner]]:
    """The examiner of a kit in a repository: with TensorFlow, a start takes longer than most tests.

    Tests that share one are in the `xdist_group` of the kit's name.
    """

    def start(root: Path, slug: str) -> Examiner:
        return stack.enter_context(Examiner(Kit.load(root, slug), store=trainings))

    with ExitStack() as stack:
        yield cache(start)


@pytest.fixture
def toy_root(tmp_path: Path) -> Path:
    """A repository of its own with one small kit, `sums`, that a test may change."""
    return Path(shutil.copytree(HERE / "toy", tmp_path / "repository"))


@pytest.fixture(scope="session")
def toy() -> Kit:
    """The toy kit, which needs no TensorFlow."""
    return Kit.load(HERE / "toy", "sums")


@pytest.fixture(scope="session")
def examiner(toy: Kit) -> Iterator[Examiner]:
    """An examiner of the toy kit in the default isolation."""
    with Examiner(toy) as warm:
        yield warm


@pytest.fixture
def examine(examiner: Examiner) -> Callable[[str], Report]:
    """Examine the text of a `sums.py`."""

    def examine(text: str) -> Report:
        return examiner.examine(Submission("ada", (SubmittedFile("sums.py", text.encode()),), sha256="0"))

    return examine


@pytest.fixture(scope="session")
def solved() -> str:
    """The toy kit's answer."""
    return (HERE / "toy" / "solutions" / "sums" / "sums.py").read_text()
