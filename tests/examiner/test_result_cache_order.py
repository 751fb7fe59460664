"""Who comes first changes nothing: not the order, not the result cache, not what fills the memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.checks.session import MIB
from autograder.examiner.client import Examiner
from autograder.examiner.worker import RESULTS
from autograder.files import DiskCache
from autograder.kit import Kit
from autograder.models import Outcome, Report, Submission, SubmittedFile

pytestmark = pytest.mark.needs("bubblewrap")
ROOT = Path(__file__).parents[2]
TRANSFER = (ROOT / "solutions" / "week09_transfer" / "transfer.py").read_text(encoding="utf-8")
# A network whose output for the inputs of a check takes more than a gigabyte.
HOG = """

def build_base(n_features=4, n_classes=3):
    base = keras.Sequential([
        keras.Input((n_features,)),
        keras.layers.Dense(50, activation="relu"),
        keras.layers.Dense(25, activation="relu"),
        keras.layers.Dense(n_classes, activation="softmax"),
        keras.layers.Reshape((1, n_classes, 1)),
        keras.layers.UpSampling2D((800, 800)),
    ])
    base.compile(loss="categorical_crossentropy", optimizer="adam")
    return base
"""

# What each changes of the toy kit's answer; some reply alike, and some fail in several ways.
CLASS = {
    "right": "",
    "same": "# the same in other words\n",
    "wrong": "def mean(numbers):\n    return 1.0\n",
    "lucky": "def mean(numbers):\n    return float(numbers[:3].mean())\n",
    "raises": "def add(left, right):\n    return left[0]\n",
    "ends": "def scale(numbers, factor=1):\n    import os\n    os._exit(0)\n",
    "memory": "def mean(numbers):\n    raise MemoryError\n",
    "prints": "def add(left, right):\n    print(left)\n    return left + right\n",
    "unread": "def add(:\n",
}
# A failing check leaves 600 MB in a traceback; the next one measures the memory of its process.
HOARDS = b"""

@pytest.mark.task("add", points=1, hint="None.")
def test_hoards():
    \"\"\"A failing check leaves its variables in the traceback.\"\"\"
    hoard = [bytearray(200 << 20) for _ in range(3)]
    assert sums.add(1, 1) == 3, "Expected 3."


@pytest.mark.task("add", points=1, hint="None.")
def test_measures():
    \"\"\"What is in memory now.\"\"\"
    with open("/proc/self/statm") as statm:
        pages = int(statm.read().split()[5])
    assert sums.add(2, 3) and pages < 0, f"{pages} pages"
"""


def submission(name: str, text: str) -> Submission:
    return Submission(name, (SubmittedFile("sums.py", text.encode()),), sha256=name)


def timeless(report: Report) -> Report:
    """A report without the times that it took."""
    return replace(report, seconds=0.0, checks=tuple(replace(check, seconds=0.0) for check in report.checks))


def grade(
    kit: Kit, texts: Sequence[tuple[str, str]], *, store: Path | None = None, result_cache: bool = True
) -> dict[str, Report]:
    with Examiner(kit, store=store, result_cache=result_cache) as examiner:
        return {name: timeless(examiner.examine(submission(name, text))) for name, text in texts}


@pytest.fixture(scope="module")
def texts(solved: str) -> dict[str, str]:
    return {name: f"{solved}\n{change}" for name, change in CLASS.items()}


@pytest.fixture(scope="module")
def uncached(toy: Kit, texts: dict[str, str]) -> dict[str, Report]:
    """The reports of a class without the result cache."""
    return grade(toy, list(texts.items()), result_cache=False)


@pytest.fixture(scope="module")
def cached(toy: Kit) -> Iterator[Examiner]:
    """An examiner whose result cache holds whatever came before."""
    with Examiner(toy) as examiner:
        yield examiner


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(list(CLASS)))
def test_in_any_order_with_and_without_the_cache_everybody_has_the_same_report(
    texts: dict[str, str], uncached: dict[str, Report], cached: Examiner, order: list[str]
) -> None:
    for name in order:
        assert timeless(cached.examine(submission(name, texts[name]))) == uncached[name]


def test_results_of_earlier_runs_change_no_report(
    toy: Kit, texts: dict[str, str], uncached: dict[str, Report], tmp_path: Path
) -> None:
    for _ in range(2):
        assert grade(toy, list(texts.items()), store=tmp_path) == uncached


def test_a_later_run_reuses_the_results_of_equal_replies(toy: Kit, solved: str, tmp_path: Path) -> None:
    """A message that is changed on disk is what the next run reports, so its checks did not run."""
    wrong = [("ada", f"{solved}\ndef mean(numbers):\n    return 2.0\n")]
    (report,) = grade(toy, wrong, store=tmp_path).values()
    message = next(check.message for check in report.checks if check.task == "mean" and check.message)
    results, marked = DiskCache(tmp_path / RESULTS), f"S{message[1:]}"
    for path in (tmp_path / RESULTS).iterdir():
        data = results.get(path.name)
        assert data is not None
        results.set(path.name, data.replace(message.encode(), marked.encode()))
    (later,) = grade(toy, wrong, store=tmp_path).values()
    assert marked in [check.message for check in later.checks]
    (afresh,) = grade(toy, wrong, store=tmp_path, result_cache=False).values()
    assert afresh == report


def test_running_out_of_memory_is_never_failed(uncached: dict[str, Report]) -> None:
    outcomes = {check.outcome for check in uncached["memory"].checks if check.task == "mean"}
    assert outcomes == {Outcome.CRASHED}


def test_what_a_failed_check_held_is_free_before_the_next(toy: Kit, solved: str) -> None:
    kit = replace(toy, files={**toy.files, "test_public.py": toy.files["test_public.py"] + HOARDS})
    (report,) = grade(kit, [("ada", solved)]).values()
    messages = {check.name: check.message for check in report.checks}
    assert messages["test_hoards"] == "Expected 3."
    pages = int(messages["test_measures"].split()[0])
    assert pages * 4096 < 500 * MIB


@pytest.mark.xdist_group("week09_transfer")
def test_a_network_that_fills_the_memory_costs_its_own_student_alone(
    warm: Callable[[Path, str], Examiner],
) -> None:
    """Its checks fail or crash, which is no error of the grader, and the next report is whole."""
    examiner = warm(ROOT, "week09_transfer")
    hog, right = (
        examiner.examine(Submission(name, (SubmittedFile("transfer.py", text.encode()),)))
        for name, text in (("hog", TRANSFER + HOG), ("right", TRANSFER))
    )
    assert hog.status == "graded"
    assert hog.score < hog.max_score == right.score
