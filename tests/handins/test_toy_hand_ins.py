"""One verdict everywhere: what an answer in any form earns when graded, in `kit`, pytest and a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from handins.at_home import AtHome
from toy_hand_ins import TOY_HAND_INS, ToyHandIn

from autograder.examiner.client import Examiner
from autograder.handout.build import build
from autograder.handout.sync import write_files
from autograder.kit import Kit
from autograder.models import Status, Submission, SubmittedFile

TOY = Path(__file__).parents[1] / "toy"

pytestmark = [pytest.mark.needs("bubblewrap"), pytest.mark.xdist_group("toy hand-ins")]


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtHome]:
    folder = tmp_path_factory.mktemp("home") / "sums"
    write_files(build(TOY, Kit.load(TOY, "sums")), folder)
    with AtHome(folder) as home:
        yield home


@pytest.mark.parametrize("hand_in", TOY_HAND_INS, ids=lambda hand_in: hand_in.name)
def test_a_hand_in_earns_the_same_everywhere(hand_in: ToyHandIn, examiner: Examiner, at_home: AtHome) -> None:
    """The score is that of the table, and the student is told what costs points before handing in."""
    file = SubmittedFile(f"sums{Path(hand_in.name).suffix}", hand_in.content)
    report = examiner.examine(Submission("jo", (file,)))
    assert report.status == (Status.UNREADABLE if hand_in.score is None else Status.GRADED)
    assert report.score == (hand_in.score or 0)
    assert sum(check.points for check in report.checks if not check.hidden) == hand_in.public
    _, said = at_home.assert_one_verdict(hand_in.name, hand_in.content, report)
    assert hand_in.told in said
