"""The roster: ids, who is missing, and clear words about a file that is none."""

from __future__ import annotations

import pytest

from autograder.grading.roster import RosterError, load_roster


def roster(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return load_roster(path)


def test_ids_belong_to_names_and_the_order_is_kept(tmp_path):
    found = roster(tmp_path, "student,id\nzoe,7\nada,0042\n")
    assert list(found.ids) == ["zoe", "ada"]
    assert found.id_of("ada") == "0042"


def test_who_handed_in_under_the_id_is_not_missing(tmp_path):
    found = roster(tmp_path, "student,id\nzoe,7\nada,0042\nbob,\n")
    assert found.id_of("0042") == "0042"
    assert found.missing(["0042", "eve"]) == ["zoe", "bob"]
    assert found.id_of("eve") is None


def test_a_name_is_the_same_in_both_spellings_of_unicode(tmp_path):
    found = roster(tmp_path, "student,id\nJürgen,1\n")
    assert found.id_of("Ju\N{COMBINING DIAERESIS}rgen") == "1"


def test_a_spreadsheets_file_is_read(tmp_path):
    found = roster(tmp_path, 'email,ID, Student \r\nx@y,5,"Lovelace, Ada"\r\n', "utf-8-sig")
    assert found.ids == {"Lovelace, Ada": "5"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,number\nada,1\n", "columns student,id, found 'name,number'"),
        ("", "columns student,id"),
        ("student,id\nada,1\nada,2\n", "line 3: 'ada'"),
        ("student,id\nada,1\nbob,1\n", "line 3: 'bob' or the id '1'"),
        ("student,id\n ,1\n", "line 2: the student's name is empty"),
    ],
)
def test_a_file_that_is_no_roster_is_refused_with_its_place(tmp_path, text, said):
    with pytest.raises(RosterError, match=said):
        roster(tmp_path, text)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    with pytest.raises(RosterError, match="Cannot read"):
        load_roster(tmp_path / "none.csv")
    with pytest.raises(RosterError, match="UTF-8"):
        roster(tmp_path, "student,id\nJürgen,1\n", "latin-1")
