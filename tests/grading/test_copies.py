"""What is the same as somebody else's: by what files say, not by what they are called."""

from __future__ import annotations

from autograder.grading.review import find_duplicates, fingerprint, hashes
from autograder.models import Submission, SubmittedFile

HANDOUT = hashes([b"given\n"])


def handed(**files):
    return Submission("ada", tuple(SubmittedFile(name, content) for name, content in files.items()))


def test_names_line_ends_and_given_files_make_no_difference():
    one = fingerprint(handed(ada=b"x = 1\ny = 2\n"), HANDOUT)
    other = fingerprint(handed(sums=b"x = 1  \r\ny = 2\r\n\r\n", lesson=b"given\r\n"), HANDOUT)
    assert one == other


def test_another_text_or_an_indent_does():
    texts = (b"if x:\n  y\n", b"if x:\n    y\n", b"if x:\ny\n")
    assert len({fingerprint(handed(ada=text), []) for text in texts}) == 3


def test_copies_name_each_other(report):
    reports = {name: report(name) for name in ("eve", "bob", "ada", "zoe", "max")}
    prints = {"eve": "1", "bob": "1", "ada": "1", "zoe": "2"}
    assert find_duplicates(prints, reports) == {
        "ada": ["bob", "eve"],
        "bob": ["ada", "eve"],
        "eve": ["ada", "bob"],
    }


def test_what_could_not_be_read_or_was_never_touched_is_nobodys_copy(report):
    assert fingerprint(handed(), []) == fingerprint(handed(lesson=b"given"), HANDOUT) == ""
    assert find_duplicates({"ada": "", "bob": ""}, {name: report(name) for name in ("ada", "bob")}) == {}
    untouched = {name: report(name, text="nothing") for name in ("ada", "bob")}
    assert find_duplicates({"ada": "1", "bob": "1"}, untouched) == {}
