"""What somebody fills in becomes entries of the overrides file, and what was decided can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading.overrides import OVERRIDES, Answer, Comment, Override, Reviewed
from autograder.grading.regrade_requests import RegradeRequest, request_form
from autograder.grading.storage import GradesFolder
from autograder.reports.write import write_pages
from autograder.reports.wrong_answers import Group
from autograder.review.decisions import LOG, DecisionForm, FormError, ReviewSession, UndoError
from autograder.review.pages import entry_page, queue_page
from autograder.review.queue import Entry, Kind, ReviewedClass, next_open
from autograder.submissions.identity import safe_name

CHECK = "test_task_0_0"
MAX = {"test_a": 2, "test_b": 6, "test_c": 1}
GROUP = Entry(
    "group: t: test_a, test_b",
    Kind.GROUP,
    "t",
    "not known yet",
    ("ada", "bob"),
    ("test_a", "test_b"),
    group=Group("t", {}, ("ada", "bob")),
)
LATE = Entry("late: ada: …", Kind.SUBMISSION, "late", "…", ("ada",), ("test_a",))
REQUEST = Entry(
    "request: ada",
    Kind.REQUEST,
    "test_a",
    "It is right.",
    ("ada",),
    ("test_a",),
    request=RegradeRequest("ada", "test_a", "It is right.", "x.toml"),
)


@pytest.fixture
def session(small_class: Path) -> ReviewSession:
    return ReviewSession(ReviewedClass(small_class, None), small_class / OVERRIDES, "the TA")


@pytest.fixture
def ask(small_class: Path) -> Callable[[str], None]:
    """Put a request into the folder, filled in by a student."""

    def ask(student: str) -> None:
        text = request_form(student, [CHECK, "test_task_0_1"]).replace('""', '"It is right!"', 1)
        (small_class / "requests").mkdir(exist_ok=True)
        (small_class / "requests" / f"{student}.toml").write_text(text)

    return ask


def kinds(session: ReviewSession) -> list[tuple[Kind, str, int, bool]]:
    return [(each.kind, each.label, len(each.students), each.is_done) for each in session.queue()]


def log(session: ReviewSession) -> list[dict[str, object]]:
    lines = (session.reviewed.folder.path / LOG).read_text().splitlines()
    return [json.loads(line) for line in lines]


def entry(session: ReviewSession, kind: Kind) -> Entry:
    return next(each for each in session.queue() if each.kind == kind)


def test_the_queue_has_requests_then_submissions_then_groups(session: ReviewSession, ask) -> None:
    ask("Ada Lovelace")
    assert kinds(session) == [
        (Kind.REQUEST, CHECK, 1, False),
        (Kind.SUBMISSION, "late", 1, False),
        (Kind.GROUP, "task_0", 3, False),
    ]


def test_a_decision_is_an_entry_of_the_file_and_a_line_of_the_log(session: ReviewSession) -> None:
    group = entry(session, Kind.GROUP)
    decisions = [Comment("Hm.", CHECK, group.students), Reviewed(group.key)]
    session.decide(decisions)
    assert session.overrides().comments == (decisions[0],)
    assert entry(session, Kind.GROUP).is_done
    (line,) = log(session)
    assert (line["who"], line["action"]) == ("the TA", "decided")
    assert [each["kind"] for each in line["decisions"]] == ["comment", "reviewed"]  # type: ignore[index,attr-defined]


def test_undo_brings_back_the_file_and_is_logged(session: ReviewSession) -> None:
    session.decide([Comment("One.", CHECK)])
    before = (session.reviewed.folder.path / OVERRIDES).read_text()
    session.decide([Override("Bob Byte", CHECK, 1, "Half.")])
    session.undo()
    assert (session.reviewed.folder.path / OVERRIDES).read_text() == before
    assert [line["action"] for line in log(session)] == ["decided", "decided", "undone"]
    session.undo()
    with pytest.raises(UndoError, match="nothing to undo"):
        session.undo()


def test_what_somebody_changed_by_hand_is_not_undone(session: ReviewSession) -> None:
    session.decide([Comment("One.", CHECK)])
    path = session.reviewed.folder.path / OVERRIDES
    path.write_text(path.read_text() + "# by hand\n")
    with pytest.raises(UndoError, match="changed since"):
        session.undo()
    session.decide([Comment("Two.", CHECK)])
    assert "# by hand" in path.read_text()


def test_the_comment_bank_grows_and_keeps_what_was_undone(session: ReviewSession) -> None:
    for text in ("One.", "Two.", "Two."):
        session.decide([Comment(text, CHECK)])
    session.undo()
    assert session.comment_bank() == ["Two.", "One."]


def test_a_group_is_titled_by_what_it_fails(session: ReviewSession) -> None:
    assert entry(session, Kind.GROUP).text == f"failed: {CHECK} holds."


def test_an_answered_request_is_done_and_another_one_is_open(session: ReviewSession, ask) -> None:
    ask("Ada Lovelace")
    request = entry(session, Kind.REQUEST).request
    assert request is not None
    session.decide([Answer(request.student, request.check, request.reason, "No.")])
    assert entry(session, Kind.REQUEST).is_done
    ask("Bob Byte")
    requests = [each for each in session.queue() if each.kind == Kind.REQUEST]
    assert {each.students[0]: each.is_done for each in requests} == {"Ada Lovelace": True, "Bob Byte": False}
    session.finish()
    page = session.reviewed.folder.path / safe_name("Ada Lovelace") / "feedback.html"
    assert "You asked: It is right!" in page.read_text()


def test_pages_keep_the_language_that_they_were_written_in(session: ReviewSession) -> None:
    page = write_pages(session.reviewed.folder.path, None, language="zh").class_page
    assert session.finish() == page
    assert '<html lang="zh">' in page.read_text()


def test_requests_may_be_lines_of_a_table_and_what_is_none_is_told(session: ReviewSession) -> None:
    folder = session.reviewed.folder.path
    rows = (f"Ada Lovelace,{CHECK},Why?", f"Nobody,{CHECK},Why?", "Bob Byte,test_x,Why?", "Bob Byte,x,")
    (folder / "requests.csv").write_text("\n".join(("student,check,reason", *rows)))
    (folder / "requests").mkdir()
    (folder / "requests" / "torn.toml").write_text("[[request")
    (folder / "requests" / "link.toml").symlink_to("/etc/passwd")
    found = session.reviewed.requests()
    assert [(each.student, each.reason) for each in found.requests] == [("Ada Lovelace", "Why?")]
    assert len(found.problems) == 3
    assert "root:" not in " ".join(found.problems)


def test_the_next_open_entry_goes_round(session: ReviewSession) -> None:
    late, group = session.queue()
    assert next_open(session.queue(), late) == group
    assert next_open(session.queue(), group) == late
    session.decide([Reviewed(late.key)])
    assert next_open(session.queue(), group) is None


def test_hidden_names_are_on_no_page(session: ReviewSession) -> None:
    """Also not in the code, nor in what is decided."""
    group = entry(session, Kind.GROUP)
    session.decide([Comment("Ada, look again.", CHECK, group.students)])
    session.names_hidden = True
    page = entry_page(session, group, "Ada Lovelace") + queue_page(session, {"show": "all"})
    for name in ("Ada", "Lovelace", "Bob", "Eve"):
        assert name not in page.replace("Ada, look again.", "")
    assert "Student 1" in page


def test_the_order_is_another_one_for_each_kit(small_class: Path) -> None:
    """So that nobody is last every week; within a week it stays."""
    grades = GradesFolder(small_class)
    record = grades.record()
    assert record is not None
    orders = set()
    for kit in ("week09", "week10", "week09"):
        grades.write_record(type(record)(**{**vars(record), "kit": kit}))
        orders.add(tuple(ReviewedClass(small_class, None).order))
    assert len(orders) == 2


def test_a_group_shows_what_differs_in_the_others(session: ReviewSession) -> None:
    """Answers that differ only in comments are the same."""
    page = entry_page(session, entry(session, Kind.GROUP), "Bob Byte")
    assert page.count("<summary>1: Cem Code") == 1
    assert "+    return 1 + x" in page
    assert "<summary>1: Ada" not in page


@pytest.mark.parametrize(
    ("entry", "fields", "decisions"),
    [
        (GROUP, {"comment": "Hm."}, [Comment("Hm.", "test_a", ("ada", "bob"))]),
        (GROUP, {"comment": "Hm.", "check": "test_b"}, [Comment("Hm.", "test_b", ("ada", "bob"))]),
        (GROUP, {"comment": "Hm.", "scope": "one"}, [Comment("Hm.", "test_a", ("bob",))]),
        (GROUP, {"comment": "Hm.", "scope": "failed", "check": "test_b"}, [Comment("Hm.", "test_b")]),
        (GROUP, {"action": "next"}, [Reviewed(GROUP.key)]),
        (
            GROUP,
            {"comment": "Half.", "points": "4", "scope": "one"},
            [Override("bob", "test_a", 1, "Half."), Override("bob", "test_b", 3, "Half.")],
        ),
        (
            GROUP,
            {"comment": "A\nline.", "points": "1,5", "check": "test_a", "action": "next"},
            [
                Override("ada", "test_a", 1.5, "A line."),
                Override("bob", "test_a", 1.5, "A line."),
                Reviewed(GROUP.key),
            ],
        ),
        (LATE, {"comment": "See me."}, [Comment("See me.", "", ("ada",))]),
        (REQUEST, {"comment": "No."}, [Answer("ada", "test_a", "It is right.", "No.")]),
        (
            REQUEST,
            {"comment": "Yes.", "points": "2", "action": "next"},
            [Override("ada", "test_a", 2, "Yes."), Answer("ada", "test_a", "It is right.", "Yes.")],
        ),
    ],
)
def test_a_form_is_these_decisions(entry, fields, decisions):
    student = "bob" if entry is GROUP else "ada"
    assert DecisionForm.read(fields, student).decisions(entry, MAX) == decisions


@pytest.mark.parametrize(
    ("entry", "fields", "said"),
    [
        (GROUP, {}, "nothing to save"),
        (GROUP, {"points": "1"}, "reason for the points"),
        (GROUP, {"comment": "x", "points": "9"}, "from 0 to 8, found 9"),
        (GROUP, {"comment": "x", "points": "-1"}, "from 0 to 8"),
        (GROUP, {"comment": "x", "points": "nan"}, "from 0 to 8"),
        (GROUP, {"comment": "x", "points": "two"}, "as a number, found 'two'"),
        (GROUP, {"comment": "x", "check": "test_c"}, "Choose one of the checks"),
        (GROUP, {"comment": "x", "scope": "failed"}, "Choose the check"),
        (
            GROUP,
            {"comment": "x", "scope": "failed", "check": "test_a", "points": "1"},
            "Points are for these",
        ),
        (GROUP, {"comment": "x", "scope": "everybody"}, "does not offer"),
        (REQUEST, {"action": "next"}, "nothing to save"),
    ],
)
def test_what_cannot_be_done_is_told(entry, fields, said):
    with pytest.raises(FormError, match=said):
        DecisionForm.read(fields, "ada").decisions(entry, MAX)
