"""Decisions are added to a file that a person wrote, and what else stands in it stays."""

from __future__ import annotations

import pytest

from autograder.grading.overrides import Answer, Comment, Override, OverridesError, Penalty, Reviewed
from autograder.grading.overrides_file import OverridesFile, entry_text

TWO, NEGATIVE = "test_adds_two_numbers", "test_adds_negative_numbers"
BY_HAND = """# Decided in the meeting.
[[override]]
student = "ada"
check = "test_adds_two_numbers"
points = 1   # half
reason = "Nearly."

# Bob was ill.
[[override]]
student = "bob"
check = "test_adds_two_numbers"
points = 2
reason = "Ill."
"""


@pytest.fixture
def file(tmp_path, kit):
    return OverridesFile(tmp_path / "overrides.toml", {check.name: check.points for check in kit.checks})


def test_every_kind_of_decision_is_written_as_a_person_would(file):
    """What is read back is what was decided, whatever stands in the texts."""
    hostile = 'a "quote", a \\ and\n[[override]]\n\x7f é 🙂'
    decisions = [
        Override("ada", TWO, 1.5, "Half of it."),
        Comment(hostile, TWO),
        Comment("All.", "", ("ada", "bob")),
        Answer("ada", TWO, hostile, "No."),
        Reviewed("add: subtracts"),
        Penalty("ada", 0, "Ill."),
    ]
    file.add(decisions)
    found = file.load()
    read = [*found.points, *found.comments, *found.answers, *found.reviewed, *found.penalties]
    assert read == decisions


def test_what_a_person_wrote_around_the_entries_stays(file):
    file.path.write_text(BY_HAND)
    file.add([Comment("Good.", "", ("ada",))])
    assert file.text() == BY_HAND + '\n[[comment]]\ntext = "Good."\nstudents = ["ada"]\n'


def test_a_new_decision_replaces_the_earlier_one(file):
    """And only that: the remark about the next one stays."""
    file.path.write_text(BY_HAND)
    file.add([Override("ada", TWO, 2, "Right."), Override("ada", NEGATIVE, 0, "Wrong.")])
    assert [(each.student, each.check, each.points) for each in file.load().points] == [
        ("bob", TWO, 2),
        ("ada", TWO, 2),
        ("ada", NEGATIVE, 0),
    ]
    assert "# Decided in the meeting." in file.text()
    assert "# Bob was ill." in file.text()
    assert "# half" not in file.text()


def test_a_file_in_another_form_keeps_its_entries(file):
    """TOML can say the same in an inline table."""
    file.path.write_text(f'override = [{{student = "ada", check = "{TWO}", points = 1, reason = "x"}}]\n')
    file.add([Override("bob", TWO, 2, "Right."), Override("ada", TWO, 0, "Wrong.")])
    assert [each.student for each in file.load().points] == ["bob", "ada"]


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("[[override", Reviewed("x")),
        (BY_HAND, Override("ada", TWO, 3, "Too much.")),
        (BY_HAND, Comment("x", "?")),
    ],
)
def test_what_makes_no_sense_changes_nothing(file, text, decision):
    file.path.write_text(text)
    with pytest.raises(OverridesError):
        file.add([decision])
    assert file.text() == text


def test_an_entry_has_no_empty_fields():
    assert entry_text(Comment("Good.", TWO)) == f'[[comment]]\ntext = "Good."\ncheck = "{TWO}"\n'
