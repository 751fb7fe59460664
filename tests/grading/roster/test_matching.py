"""The roster: which hand-in belongs to whom."""

from __future__ import annotations

import unicodedata

import pytest

from autograder.grading.roster.matching import RosterColumns
from autograder.grading.roster.roster_file import load_roster
from autograder.submissions.identity import Identity, Platform


def roster(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return load_roster(path)


def owners(roster, *identities):
    """Return the id of each hand-in's student, by the hand-in's name; None where it has none."""
    named = [each if isinstance(each, Identity) else Identity(each, display_name=each) for each in identities]
    match = roster.match(named)
    found = {each.display_name: match.entries.get(each.display_name) for each in named}
    return {name: entry and entry.label for name, entry in found.items()}


def canvas(name, number, **more):
    return Identity(name, Platform.CANVAS, ids=(number,), display_name=name, **more)


def moodle(name, number):
    return Identity(name, Platform.MOODLE, ids=(number,), display_name=name)


def plain(name, *aliases):
    return Identity(name, aliases=aliases, display_name=name)


def test_ids_belong_to_names_and_the_order_is_kept(tmp_path):
    found = roster(tmp_path, "student,id\nzoe,7\nada,0042\n")
    assert [entry.name for entry in found.entries] == ["zoe", "ada"]
    assert owners(found, "ada") == {"ada": "0042"}


def test_who_handed_in_under_the_id_is_not_missing(tmp_path):
    found = roster(tmp_path, "student,id\nzoe,7\nada,0042\nbob,\n")
    match = found.match([Identity("0042", display_name="0042"), Identity("eve", display_name="eve")])
    assert list(match.entries) == ["0042"]
    assert [entry.name for entry in match.missing] == ["zoe", "bob"]


MATCH_TABLE = [
    ("student,id\nJürgen,1\n", unicodedata.normalize("NFD", "Jürgen"), "1"),
    ("student,id\njo müller,7\n", "Jo Müller", "7"),
    ('student,id\n"Doe, Jo",7\n', "Jo Doe", "7"),
    ("student,id\nJo Doe,7\n", "Doe, Jo", "7"),
    ("student,id\nJo Doe,7\n", "jo_doe", "7"),
    ("student,login\nJo Doe,JDoe\n", "jdoe", "JDoe"),
    ("student,email\nJo Doe,Jo@X.edu\n", "jo@x.edu", "Jo@X.edu"),
    ("student,id\nJo Doe,7\n", "Jo", None),
    ('student,id\n"Doe, Jo",7\n', canvas("doejo", "1001"), "7"),
    ("student,id\nJo Doe,7\n", canvas("doejo", "1001"), "7"),
    ('student,id\n"Doe, Jo",1001\n"Roe, Jo",1002\n', canvas("doejo", "1001"), "1001"),
    # The id is one student's and the name another's.
    ('student,id\n"Doe, Jo",1001\n"Roe, Kim",1002\n', canvas("roekim", "1001"), None),
    # A number of Moodle's own is no id of the roster's, unless the name fits.
    ("student,id\nKim Roe,7\n", moodle("Jo Doe", "7"), None),
    ("student,id\nJosé Díaz Gómez,7\n", moodle("Jose Diaz", "7"), "7"),
    # Excel, pandas and Brightspace write ids in their own ways.
    ("student,id\nJo Doe,1001.0\n", "1001", "1001"),
    ('student;id\nJo Doe;"1001,0"\n', "1001", "1001"),
    ("OrgDefinedId,Username,Last Name,First Name\n#7,#jdoe,Doe,Jo\n", "jdoe", "7"),
    (
        "OrgDefinedId,Username,Last Name,First Name\n#20412,#kroe,Roe,Kimberly\n",
        Identity("Kim Roe", Platform.BRIGHTSPACE, ids=("20412",), display_name="Kim Roe"),
        "20412",
    ),
    # Canvas puts all family names first, and removes spaces.
    ("name,id\nJosé María Díaz Gómez,7\n", canvas("diazgomezjosemaria", "5501"), "7"),
    ("name,id\nAnna van Dijk,9\n", canvas("vandijkanna", "5503"), "9"),
    ("name,id\nAnna van Dijk,9\n", canvas("dijkannavan", "5503"), "9"),
    ("name,id\nAnna van Dijk,9\n", canvas("dijkvananna", "5503"), None),
    ('name,id\n"van Dijk, Anna",9\n', canvas("dijkannavan", "5503"), "9"),
    ('name,id\n"Díaz Gómez, José María",7\n', canvas("diazgomezjosemaria", "5501"), "7"),
    ("name,id\nJo Ann Li,1\nLi Jo Ann,2\n", canvas("annlijo", "5"), None),
    ('name,id\n"van Dijk, Anna",9\nDijk Anna van,8\n', canvas("vandijkanna", "5503"), "9"),
    ('name,id\n"Müller, Jo",7\n"Muller, Jo",8\n', canvas("mullerjo", "5"), "8"),
    ('name,id\n"Müller, Jo",7\n', canvas("mullerjo", "5"), "7"),
    # Umlauts may be written with two letters, and some letters have no accent to remove.
    ("student,id\nJörg Müller,7\n", "joerg_mueller", "7"),
    ("student,id\nJoerg Mueller,7\n", "Müller, Jörg", "7"),
    ("student,id\nJörg Müller,7\nJorg Muller,8\n", "jorg_muller", "8"),
    ("student,id\nJörg Müller,7\nJoerg Mueller,8\n", "joerg_mueller", "8"),
    ("student,id\nJürg Muller,7\nJurg Müller,8\n", "jurg_mueller", "8"),
    ("student,id\nŁukasz Sørensen,7\n", "lukasz_sorensen", "7"),
    ("student,id\nÆgir Sørensen,7\n", "aegir_soerensen", "7"),
    ("student,id\nStraße Größe,7\n", "strasse_groesse", "7"),
    ('name,id\n"Müller, Jörg",7\n', canvas("muellerjoerg", "5"), "7"),
    ('name,id\n"Müller, Jörg",5\n', canvas("muellerjoerg", "5"), "5"),
    # A key and a name in one file name.
    ("name,id\nJo Doe,1001\n", "Doe_Jo_1001", "1001"),
    ("name,id\nJo Doe,0042\n", "0042 - Jo Doe - week 9", "0042"),
    ("name,id\nJo Doe,1001\nJo Doe,1002\n", "Doe, Jo (1002)", "1002"),
    ("name,id\nJo Doe,1001\nJo Ann Doe,1002\n", "Doe_Jo_Ann_1002", "1002"),
    ("name,id,login\nJörg Müller,7,jm1\n", "Mueller_Joerg_jm1_501", "7"),
    ("name,id,email\nJo Doe,7,jo.doe@x.edu\n", "jo.doe@x.edu_Jo_Doe", "7"),
    ("姓名,学号\n王伟,2026001\n李明,2026002\n", "2026001王伟", "2026001"),
    ("name,id\nJo Doe,1001\n", "Doe_Jo_1002", None),
    ("name,id\nJo Doe,1001\n", "Kim_Roe_1001", None),
    ("name,login\nJo Doe,jo\n", "Jo Roe", None),
    ("name,id\nJo Doe,1001\nKim Roe,1002\n", "Jo_Doe_1001_Kim_Roe_1002", None),
    # Moodle's own number is in its worksheet.
    ("Identifier,Full name,ID number\nParticipant 501,Jo Doe,7\n", moodle("Joey Doe", "501"), "7"),
    ("ID,Vollständiger Name,ID-Nummer\nTeilnehmer/in501,Jo Doe,7\n", moodle("J", "501"), "7"),
    ("Identifier,ID number\nParticipant 501,7\nParticipant 502,501\n", moodle("J", "501"), "7"),
    # The login of GitHub Classroom's own roster.
    (
        'identifier,github_username,github_id,name\nKim Roe,kroe-gh,124,"kimmy"\n',
        Identity("kroe-gh", Platform.GITHUB_CLASSROOM, login="kroe-gh", display_name="kroe-gh"),
        "Kim Roe",
    ),
    # Both readings of an ambiguous name are on the roster, or only one is.
    ("student,id\nA,1\nB,2\n", canvas("a", "1", ambiguous=True, aliases=("2",)), None),
    ("student,id\nA,1\nB,3\n", canvas("a", "1", ambiguous=True, aliases=("2",)), "1"),
    ("student,id\nA,1\n", Identity("A", known=False, display_name="A"), None),
    (
        "student,login\nA,stud_a\n",
        Identity("a_", Platform.BLACKBOARD, login="a_", aliases=("stud_a",), display_name="a_"),
        "stud_a",
    ),
]


@pytest.mark.parametrize(("text", "identity", "owner"), MATCH_TABLE)
def test_a_hand_in_belongs_to_one_student(tmp_path, text, identity, owner):
    ((_, found),) = owners(roster(tmp_path, text), identity).items()
    assert found == owner


def test_a_group_that_canvas_names_is_told(tmp_path):
    found = roster(tmp_path, "Student,ID,SIS Login ID\nJo Doe,1001,jdoe\n")
    match = found.match([canvas("group1", "1001")])
    assert match.ambiguous == {
        "group1": "The id fits a student of the roster, but the name does not: is it a group's?"
    }


def test_students_of_one_name_are_told_apart_by_id(tmp_path):
    found = roster(tmp_path, "student,id\nWang Wei,501\nWang Wei,502\n")
    first, second = (
        Identity("Wang Wei", Platform.MOODLE, ids=(number,), display_name=f"Wang Wei ({number})")
        for number in ("501", "502")
    )
    assert owners(found, first, second) == {"Wang Wei (501)": "501", "Wang Wei (502)": "502"}
    assert list(found.names.values()) == ["Wang Wei (501)", "Wang Wei (502)"]


def test_students_of_one_name_are_told_apart_by_the_number_in_moodles_worksheet(tmp_path):
    found = roster(
        tmp_path,
        "Identifier,Full name,ID number\nParticipant 501,Wang Wei,502\nParticipant 502,Wang Wei,501\n",
    )
    first, second = (
        Identity("Wang Wei", Platform.MOODLE, ids=(number,), display_name=number) for number in ("501", "502")
    )
    assert owners(found, first, second) == {"501": "502", "502": "501"}


def test_a_name_that_fits_several_students_is_nobodys_and_neither_is_missing(tmp_path):
    found = roster(tmp_path, "student,id\nWang Wei,501\nWang Wei,502\nJo Doe,503\n")
    match = found.match([Identity("wang wei", display_name="wang wei")])
    assert not match.entries
    assert match.ambiguous == {"wang wei": "2 students of the roster fit this name."}
    assert [entry.id for entry in match.contested] == ["501", "502"]
    assert [entry.id for entry in match.missing] == ["503"]


@pytest.mark.parametrize("name", ["Jo Doe, Kim Roe", "jdoe_kroe", "Jo Doe 1001 & Kim Roe"])
def test_nobody_is_missing_who_is_named_beside_another_student(tmp_path, name):
    found = roster(tmp_path, "name,id,login\nJo Doe,1001,jdoe\nKim Roe,1002,kroe\n")
    match = found.match([Identity(name, display_name=name)])
    assert match.ambiguous == {name: "2 students of the roster fit this name."}
    assert not match.missing


def test_of_two_hand_ins_that_fit_one_student_neither_takes_the_place(tmp_path):
    found = roster(tmp_path, "student,login\nJo Doe,jdoe\n")
    match = found.match([Identity("jdoe", display_name="jdoe"), Identity("Jo Doe", display_name="Jo Doe")])
    assert not match.entries
    assert set(match.ambiguous) == {"jdoe", "Jo Doe"}
    assert not match.missing


def test_another_reading_of_a_name_takes_nobodys_place(tmp_path):
    found = roster(tmp_path, "student,login\nAnn,stud_a\n")
    longer = Identity("a_", Platform.BLACKBOARD, login="a_", aliases=("stud_a",), display_name="a_")
    owner = Identity("stud_a", Platform.BLACKBOARD, login="stud_a", display_name="stud_a")
    assert owners(found, longer, owner) == {"a_": None, "stud_a": "stud_a"}


SECOND_TABLE = [
    # The second submission and the reason why it does not count.
    (["jdoe", plain("jdoe_v2", "jdoe")], "It fits Jo Doe, whose jdoe counts; it may be the newer version."),
    (["1", plain("jdoe (1)", "jdoe")], "It fits Jo Doe, whose 1 counts; it may be the newer version."),
    (
        ["jdoe", "kroe", plain("x", "jdoe", "kroe")],
        "It fits Jo Doe, whose jdoe counts and Kim Roe, whose kroe counts; it may be the newer version.",
    ),
    (["jdoe", "Jo Doe", plain("jdoe_v2", "jdoe")], "Another submission fits the same student of the roster."),
]


@pytest.mark.parametrize(("handed", "reason"), SECOND_TABLE)
def test_a_second_submission_of_a_student_is_told(tmp_path, handed, reason):
    found = roster(tmp_path, "student,id,login\nJo Doe,1,jdoe\nKim Roe,2,kroe\n")
    match = found.match(
        [each if isinstance(each, Identity) else Identity(each, display_name=each) for each in handed]
    )
    second = handed[-1].display_name
    assert second not in match.entries
    assert match.ambiguous[second] == reason


@pytest.mark.parametrize(
    ("text", "handed", "columns"),
    [
        ("name,id,grp\nJo Doe,1,A\n", ["Jo Doe", "x"], None),
        ("name,id,grp\nJo Doe,1,A\n", ["x"], RosterColumns(("name", "id"), ("grp",))),
        ("login\njdoe\n", ["jdoe"], None),
        ("imię,mail\nJo Doe,jo@x\n", ["jo@x"], RosterColumns(("mail",), ("imię",), False)),
    ],
)
def test_columns_are_doubtful_if_they_tell_no_names_or_fit_nobody(tmp_path, text, handed, columns):
    found = roster(tmp_path, text)
    assert (
        found.doubtful_columns(found.match([Identity(each, display_name=each) for each in handed])) == columns
    )
