"""Files are written whole or not at all, and a decided report keeps the examiner's own beside it."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from autograder.files import write_atomic
from autograder.grading import storage
from autograder.grading.storage import INCOMPLETE, Examination, GradesFolder, StorageError, read_report
from autograder.models import ReviewNote, ReviewReason

NOTE = ReviewNote(ReviewReason.AMBIGUOUS_NAME, "Two have this name.")


def same(report):
    return report


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_file_is_replaced_whole(tmp_path):
    write_atomic(tmp_path / "new" / "a.txt", "old")
    write_atomic(tmp_path / "new" / "a.txt", "é\r\n\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "é\r\n\n".encode()
    assert files(tmp_path) == ["new/a.txt"]


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    write_atomic(tmp_path / "a.txt", "old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "old"
    assert files(tmp_path) == ["a.txt"]


def test_a_name_that_is_no_text_is_kept_in_a_report(tmp_path, report):
    folder = GradesFolder(tmp_path)
    folder.save("a\udcffb", report("a\udcffb"), same)
    assert list(folder.reports().values()) == [report("a\udcffb")]


def test_an_undecided_report_stands_alone(tmp_path, report):
    GradesFolder(tmp_path).save("ada", report(), same)
    assert files(tmp_path) == ["ada/report.json"]


def test_a_decided_report_keeps_the_examiners_until_the_decision_is_taken_back(tmp_path, report):
    folder, decided = GradesFolder(tmp_path), replace(report(), score=1)
    assert folder.save("ada", report(), lambda _: decided) == decided
    assert (folder.in_folder("ada"), folder.examination("ada").report) == (decided, report())
    folder.save("ada", folder.examination("ada").report, same)
    assert (folder.in_folder("ada"), folder.examination("ada").report) == (report(), report())
    assert files(tmp_path) == ["ada/report.json"]


OLD = {"score": 1, "replies": {"add": "old"}, "source": "old", "review": (NOTE,)}
NEW = {"score": 2, "replies": {"add": "new"}, "source": "new"}


@pytest.mark.parametrize("decided", [False, True])
@pytest.mark.parametrize("decided_before", [False, True])
@pytest.mark.parametrize("old", [None, {}, OLD, OLD | {"review": ()}])
@pytest.mark.parametrize("new", [{}, NEW, NEW | {"review": (NOTE,)}])
def test_whenever_a_run_is_interrupted_a_report_is_whole_or_examined_again(
    tmp_path, report, monkeypatch, old, new, decided_before, decided
):
    def decide(examined, decided):
        return replace(examined, score=0) if decided else examined

    def examination(facts):
        if facts is None:
            return None
        return Examination(replace(report(), **facts), "findings" if facts else "")

    before, now = (partial(decide, decided=each) for each in (decided_before, decided))
    whole = [examination(old), examination(new)]
    for step in range(20):
        folder = GradesFolder(tmp_path / str(step))
        if old is not None:
            folder.save("ada", whole[0].report, before, whole[0].findings)
        with monkeypatch.context() as patch:
            interrupted = interrupt_after(step, patch)
            try:
                folder.save("ada", whole[1].report, now, whole[1].findings)
            except KeyboardInterrupt:
                assert interrupted()
        found = folder.examination("ada")
        assert found in whole or found.findings == INCOMPLETE
        if found:
            folder.save("ada", found.report, now, found.findings)
        assert folder.examination("ada") == found
        if not interrupted():
            assert found == whole[1]
            return
    pytest.fail("saving a report takes more steps than were tried")


def interrupt_after(steps, patch):
    """Let `steps` files be written or removed and interrupt the next; says whether it came to that."""
    left = [steps]

    def stop(do):
        def step(*arguments, **options):
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return do(*arguments, **options)

        return step

    patch.setattr(storage, "write_atomic", stop(write_atomic))
    patch.setattr(Path, "unlink", stop(Path.unlink))
    return lambda: left[0] < 0


def test_saving_the_same_again_touches_no_file(tmp_path, report):
    folder = GradesFolder(tmp_path)
    folder.save("ada", report(), same)
    before = (tmp_path / "ada" / "report.json").stat()
    folder.save("ada", report(), same)
    assert (tmp_path / "ada" / "report.json").stat() == before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"checks": 1, "tasks": 2}', "\0", '{"tasks": {"a": 1}}'])
def test_what_is_no_report_is_none(tmp_path, text):
    (tmp_path / "report.json").write_text(text, encoding="utf-8")
    assert read_report(tmp_path / "report.json") is None


def test_two_runs_cannot_write_into_one_folder(tmp_path):
    with GradesFolder(tmp_path).locked():
        child = os.fork()
        if child == 0:  # a lock belongs to a process, so it takes another one to be refused
            try:
                with GradesFolder(tmp_path).locked():
                    os._exit(1)
            except StorageError:
                os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    with GradesFolder(tmp_path).locked():
        pass


def test_what_a_killed_run_had_begun_is_removed(tmp_path):
    for name in (".grades.csv.7.tmp", "ada/.report.json.7.tmp", "ada/report.json"):
        write_atomic(tmp_path / name, "")
    with GradesFolder(tmp_path).locked():
        assert files(tmp_path) == [".lock", "ada/report.json"]


def test_an_interrupt_leaves_nothing_begun(tmp_path, monkeypatch):
    def interrupt(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "a.txt", "new")
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with (
        pytest.raises(StorageError, match=r"Cannot write to .*file.*choose another --out"),
        GradesFolder(tmp_path / "file" / "grades").locked(),
    ):
        pass
