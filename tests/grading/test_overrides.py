"""The overrides file: read, refused where it makes no sense, and added to."""

from __future__ import annotations

import pytest

from autograder.grading.overrides import (
    Answer,
    Comment,
    Override,
    Overrides,
    OverridesError,
    OverridesFile,
    Penalty,
    Reviewed,
    entry_text,
    load_overrides,
)


def load(tmp_path, kit, text):
    path = tmp_path / "overrides.toml"
    path.write_text(text, encoding="utf-8")
    return load_overrides(path, {check.name: check.points for check in kit.checks})


def entry(**changes):
    values = {"student": '"ada"', "check": '"test_adds_two_numbers"', "points": "1.5", "reason": '"A typo."'}
    return "[[override]]\n" + "\n".join(
        f"{key} = {value}" for key, value in (values | changes).items() if value
    )


PENALTY = '[[penalty]]\nstudent = "ada"\npoints = 0\nreason = "Ill."\n'


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_byte_order_mark_of_an_editor_does_not_matter(tmp_path, kit, line_end):
    path = tmp_path / "overrides.toml"
    path.write_bytes((entry() + "\n").replace("\n", line_end).encode("utf-8-sig"))
    max_points = {check.name: check.points for check in kit.checks}
    assert [each.student for each in load_overrides(path, max_points).points] == ["ada"]
    file = OverridesFile(path, max_points)
    file.add([Comment("Good.", students=("ada",))])
    assert file.text().startswith("[[override]]")
    assert (len(file.load().points), len(file.load().comments)) == (1, 1)


def test_a_file_is_read(tmp_path, kit):
    assert load(tmp_path, kit, entry() + "\n" + entry(student='"Zoë"')).points == (
        Override("ada", "test_adds_two_numbers", 1.5, "A typo."),
        Override("Zoë", "test_adds_two_numbers", 1.5, "A typo."),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (entry(check='"test_adds_to_numbers"'), "did you mean `test_adds_two_numbers`"),
        (entry(check='"zzz"'), "expected one of `test_adds_two_numbers`"),
        (entry(points="3"), "points from 0 to 2 .* found 3"),
        (entry(points="-1"), "points from 0 to 2"),
        (entry(points="nan"), "points from 0 to 2"),
        (entry(points="true"), r"`override\[0\].points`: expected a number, found a truth value: True"),
        (entry(points='"2"'), r"`override\[0\].points`: expected a number, found a string: '2'"),
        (entry(reason='" "'), "expected a reason, found an empty text"),
        (entry(reason=""), r"the key `override\[0\].reason` is missing"),
        (entry(why='"x"'), r"unknown key `override\[0\].why`; expected one of `student`, `check`"),
        (entry() + "\n" + entry(points="2"), "expected one decision each"),
        ('student = "ada"', "unknown key `student`; expected one of `override`, `comment`"),
        ("override = [1]", r"`override\[0\]`: expected a table, found a number: 1"),
        ("[[override", "overrides.toml, line 1: this is not TOML: "),
        (PENALTY.replace("0", "-1"), r"`penalty\[0\]`: expected points of at least 0, found -1"),
        (PENALTY.replace("Ill.", " "), r"`penalty\[0\]`: expected a reason, found an empty text"),
        (PENALTY + PENALTY, "expected one decision each"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(tmp_path, kit, text, said):
    with pytest.raises(OverridesError, match=said):
        load(tmp_path, kit, text)


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ('[[penalty]]\nstudent = "ada"\npoints = "2"\nreason = "x"\n', "[[penalty]]"),
        ('[[comment]]\nstudents = "ada"\ntext = "x"\n', "[[comment]]"),
        ('[[override]]\nstudent = "ada"\n', "[[override]]"),
        ("what", "[[override]]"),
    ],
)
def test_a_mistake_is_answered_with_an_example_of_the_entry(tmp_path, kit, text, example):
    with pytest.raises(OverridesError) as told:
        load(tmp_path, kit, text)
    assert str(told.value).partition("Write it like this:\n    ")[2].startswith(example)


def test_a_file_that_is_not_there_is_refused(tmp_path, kit):
    with pytest.raises(OverridesError, match="Cannot read"):
        load_overrides(tmp_path / "none.toml", {})


def test_a_penalty_is_read(tmp_path, kit):
    found = load(tmp_path, kit, PENALTY)
    assert found.penalties == (Penalty("ada", 0, "Ill."),)
    assert found.students == {"ada"}


ALL = """
[[comment]]
text = "Look at the sign."
students = ["ada", "bob"]
check = "test_adds_two_numbers"

[[comment]]
text = "Read the task again."
check = "test_adds_negative_numbers"

[[answer]]
student = "ada"
check = "test_adds_two_numbers"
request = "It is right!"
text = "It is not."

[[reviewed]]
entry = "late: ada"
"""


def test_comments_and_answers_are_read(tmp_path, kit):
    assert load(tmp_path, kit, ALL) == Overrides(
        comments=(
            Comment("Look at the sign.", "test_adds_two_numbers", ("ada", "bob")),
            Comment("Read the task again.", "test_adds_negative_numbers"),
        ),
        answers=(Answer("ada", "test_adds_two_numbers", "It is right!", "It is not."),),
        reviewed=(Reviewed("late: ada"),),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[comment]]\ntext = "x"', r"`comment\[0\]`: expected `students`, or the `check`"),
        ('[[comment]]\ntext = " "\ncheck = "test_adds_two_numbers"', "expected a text, found an empty text"),
        ('[[comment]]\ntext = "x"\ncheck = "test_adds"', "has no check 'test_adds'; did you mean"),
        ('[[answer]]\nstudent = "ada"', r"`answer\[0\]"),
    ],
)
def test_a_comment_needs_somebody_to_read_it(tmp_path, kit, text, said):
    with pytest.raises(OverridesError, match=said):
        load(tmp_path, kit, text)


def test_members_of_a_group_share_what_is_decided(tmp_path, kit):
    """An own decision about the same check comes first, and nobody else is concerned."""
    text = entry() + "\n" + entry(student='"bob"', check='"test_adds_negative_numbers"') + ALL + PENALTY
    found = load(tmp_path, kit, text)
    eve = found.for_member("eve", ["ada"])
    assert [each for each in eve.points if each.student == "eve"] == [
        Override("eve", "test_adds_two_numbers", 1.5, "A typo.")
    ]
    assert "eve" in eve.comments[0].students
    assert eve.comments[1] == found.comments[1]
    assert [answer.student for answer in eve.answers] == ["ada", "eve"]
    assert [penalty.student for penalty in eve.penalties] == ["ada", "eve"]
    assert found.for_member("ada", ["zoe"]) == found
    assert found.for_member("ada", []) is found


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
