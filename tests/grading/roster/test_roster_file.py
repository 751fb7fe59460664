"""The file of a roster: its columns, and errors that name their place."""

from __future__ import annotations

import pytest

from autograder.grading.roster.matching import Roster, RosterEntry
from autograder.grading.roster.roster_file import RosterError, load_roster


def roster(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return load_roster(path)


COLUMN_TABLE = [
    ("student,id\nJo Doe,7\n", RosterEntry("Jo Doe", "7")),
    ('email,ID, Student \r\nx@y,5,"Lovelace, Ada"\r\n', RosterEntry("Lovelace, Ada", "5", email="x@y")),
    ("Full name;ID number;Email address\nJo Doe;7;jo@x\n", RosterEntry("Jo Doe", "7", email="jo@x")),
    ("Last Name\tFirst Name\tUsername\nDoe\tJo\tjdoe\n", RosterEntry("Doe, Jo", login="jdoe")),
    (
        "OrgDefinedId,Username,Last Name,First Name\n7,jdoe,Doe,Jo\n",
        RosterEntry("Doe, Jo", "7", login="jdoe"),
    ),
    ("name,netid,section\nJo Doe,jdoe,A\n", RosterEntry("Jo Doe", login="jdoe", section="A")),
    ("login\njdoe\n", RosterEntry("jdoe", login="jdoe")),
    # GitHub Classroom's own roster: most names are empty.
    (
        '"identifier","github_username","github_id","name"\n"Jo Doe","jdoe","123",""\n',
        RosterEntry("Jo Doe", "Jo Doe", login="jdoe"),
    ),
    (
        "identifier,github_username,github_id,name\nKim Roe,kroe-gh,124,kimmy\n",
        RosterEntry("kimmy", "Kim Roe", login="kroe-gh"),
    ),
    ("identifier,github_username,github_id,name\njo@x,,,\n", RosterEntry("jo@x", email="jo@x")),
    ("identifier,github_username,github_id,name\n,jdoe,123,\n", RosterEntry("jdoe", login="jdoe")),
    ("name,login,id\n,jdoe,7\n", RosterEntry("jdoe", "7", login="jdoe")),
    # A column for one part of the name beside `name`.
    ("Name;Vorname;Matrikelnummer\nDoe;Jo;1\n", RosterEntry("Doe, Jo", "1")),
    ("Name,First Name,ID\nDoe,Jo,1\n", RosterEntry("Doe, Jo", "1")),
    ("Name,First Name,ID\nJo Doe,Jo,1\n", RosterEntry("Jo Doe", "1")),
    ('Name,First Name,ID\n"Doe, Jo",Jo,1\n', RosterEntry("Doe, Jo", "1")),
    ("Full name,First name,ID\nJo Doe,Joey,1\n", RosterEntry("Jo Doe", "1")),
    ("Name,Surname,ID\nJo,Doe,1\n", RosterEntry("Doe, Jo", "1")),
    ("Name,Surname,First Name\nJo Doe,Doe,Jo\n", RosterEntry("Jo Doe")),
    ("Name,First Name,ID\nDoe,,1\n", RosterEntry("Doe", "1")),
    ("Name,First Name,ID\nWang,Wang,1\n", RosterEntry("Wang, Wang", "1")),
    ('"Last, First",ID\n"Doe, Jo",1\n', RosterEntry("Doe, Jo", "1")),
    ('"Last Name, First Name",ID\n"Doe, Jo",1\n', RosterEntry("Doe, Jo", "1")),
    ('"Nachname, Vorname";Matrikel\n"Doe, Jo";1\n', RosterEntry("Doe, Jo", "1")),
    ("Student,ID,Section\n    Points Possible,,\nJo Doe,1,A\n", RosterEntry("Jo Doe", "1", section="A")),
    # Other languages of Moodle.
    (
        "Nachname;Vorname;Anmeldename;Matrikelnummer;E-Mail-Adresse\nDoe;Jo;jdoe;1;jo@x\n",
        RosterEntry("Doe, Jo", "1", login="jdoe", email="jo@x"),
    ),
    (
        "Nom,Prénom,Numéro d'identification,Adresse de courriel\nDoe,Jo,1,jo@x\n",
        RosterEntry("Doe, Jo", "1", email="jo@x"),
    ),
    ("Nom,Prénom,Email\nDoe,Jo,jo@x\n", RosterEntry("Doe, Jo", email="jo@x")),
    ("NOM,PRENOM,COURRIEL\nDoe,Jo,jo@x\n", RosterEntry("Doe, Jo", email="jo@x")),
    ("Nom;Courriel\nJo Doe;jo@x\n", RosterEntry("Jo Doe", email="jo@x")),
    (
        "Nombre,Apellido(s),Número de ID,Dirección de correo\nJo,Doe,1,jo@x\n",
        RosterEntry("Doe, Jo", "1", email="jo@x"),
    ),
    ("Nombre,Apellidos,Correo electrónico\nJo,Doe,jo@x\n", RosterEntry("Doe, Jo", email="jo@x")),
    ("Voornaam,Achternaam,ID-nummer\nJo,Doe,1\n", RosterEntry("Doe, Jo", "1")),
    ("姓名,学号,邮箱\n王伟,1,w@x\n", RosterEntry("王伟", "1", email="w@x")),
    ("名,姓氏,ID号\n伟,王,1\n", RosterEntry("王, 伟", "1")),
    # Moodle's grading worksheet.
    (
        "Identifier,Full name,ID number,Email address,Status\nParticipant 501,Wang Wei,11,w@x,\n",
        RosterEntry("Wang Wei", "11", email="w@x", moodle_id="501"),
    ),
    ("Identifiant,Nom complet\nParticipant501,Jo Doe\n", RosterEntry("Jo Doe", moodle_id="501")),
    ("Identificador,Nombre completo\nParticipante 501,Jo\n", RosterEntry("Jo", moodle_id="501")),
    (
        "ID,Vollständiger Name,ID-Nummer\nTeilnehmer/in501,Jo Doe,11\n",
        RosterEntry("Jo Doe", "11", moodle_id="501"),
    ),
    ("Identifier,Status\nParticipant 501,\n", RosterEntry("Participant 501", moodle_id="501")),
    ("identifier,name\ns1234567,Jo Doe\n", RosterEntry("Jo Doe", "s1234567")),
    # What Brightspace and spreadsheets add.
    (
        "OrgDefinedId,Username,Last Name,First Name\n#20412,#kroe,Roe,Kimberly\n",
        RosterEntry("Roe, Kimberly", "20412", login="kroe"),
    ),
    ("student,id\nJo Doe,1001.0\n", RosterEntry("Jo Doe", "1001")),
    ("student,id\nJo Doe,1001.50\n", RosterEntry("Jo Doe", "1001.50")),
    ("student,id\nJo Doe,v1.0\n", RosterEntry("Jo Doe", "v1.0")),
    ('student,id\nJo Doe,="0042"\n', RosterEntry("Jo Doe", "0042")),
    ('"student";"id"\n"=""Jo Doe""";"=""0042"""\n', RosterEntry("Jo Doe", "0042")),
    ("sep=;\nstudent;login\nJo Doe;jdoe\n", RosterEntry("Jo Doe", login="jdoe")),
    ("sep=,\r\nstudent,login\r\nJo Doe,jdoe\r\n", RosterEntry("Jo Doe", login="jdoe")),
    # Of several columns for one thing, the first with a value counts.
    ("Student,Student Name,ID,SID\n,Jo Doe,,7\n", RosterEntry("Jo Doe", "7")),
    (
        "Student,ID,Section,Week 9 (5512)\n"
        ",,,Manual Posting\n"
        '"    Points Possible",,,100\n'
        '"Doe, Jo",1001,A,\n'
        '"Student, Test",1009,A,\n',
        RosterEntry("Doe, Jo", "1001", section="A"),
    ),
    # Only a gradebook of Canvas has rows that are no students'.
    ("name,SIS ID,email\nJo Doe,,jo@x\n", RosterEntry("Jo Doe", email="jo@x")),
    ("name,ID,SIS ID,email\nJo Doe,,,jo@x\n", RosterEntry("Jo Doe", email="jo@x")),
    ("student,Extension\nJo Doe,2026-12-03 18:00\n", RosterEntry("Jo Doe", extension="2026-12-03 18:00")),
    ("student,id,week 1,notes\nJo Doe,7,10,fine\n", RosterEntry("Jo Doe", "7")),
    (
        "Student,ID,SIS User ID,SIS Login ID,Section,Week 9 (5512)\n"
        ",,,,,Manual Posting\n"
        '"    Points Possible",,,,,100\n'
        '"Doe, Jo",1001,s1,jo1,A,\n'
        '"Student, Test",1009,,abc,A,\n',
        RosterEntry("Doe, Jo", "1001", sis_id="s1", login="jo1", section="A"),
    ),
]


@pytest.mark.parametrize(("text", "entry"), COLUMN_TABLE)
def test_columns_are_recognized(tmp_path, text, entry):
    assert roster(tmp_path, text, "utf-8-sig") == Roster((entry,))


def test_utf_16_is_read_with_its_mark(tmp_path):
    table = '"Last Name"\t"First Name"\t"Username"\n"Müller"\t"Jo"\t"jdoe"\n'
    assert roster(tmp_path, table, "utf-16") == Roster((RosterEntry("Müller, Jo", login="jdoe"),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("what,number\nada,1\n", "line 1: expected columns such as student,id .* found 'what,number'"),
        ("", "line 1: expected columns"),
        ("sep=;\nwhat;number\nada;1\n", "line 2: expected columns .* found 'what,number'"),
        ("sep=;\nstudent;id\n ;1\n", "line 3, column 'student': expected a student's name"),
        ("Name,Vorname,ID\n,,1\n", "line 2, column 'Name': expected a student's name, found none"),
        (
            "Identifier,Full name\nParticipant 501,Jo\nParticipant 501,Jo\n",
            "line 3: expected each participant once, found '501' in line 2 too",
        ),
        ("student,id\n", "expected one line per student, found none"),
        ("student,id\nada,1\nbob,1\n", "line 3: expected each id once, found '1' in line 2 too"),
        ("student,id\nada,\nada,\n", "line 3: expected each name without an id once"),
        ("student,login\nada,x\nbob,X\n", "line 3: expected each login once"),
        ("student,id\n ,1\n", "line 2, column 'student': expected a student's name, found none"),
        (
            "student,extension\nada,2 days\nbob,soon\n",
            "roster.csv, line 3, column 'extension': expected an extension such as 2 days, .* found 'soon'",
        ),
        (f"student,id\nada,{'1' * 400}\n", r"line 2: .*length <= 300.*\$\.id"),
    ],
)
def test_a_file_that_is_no_roster_is_refused_with_its_place(tmp_path, text, said):
    with pytest.raises(RosterError, match=said):
        roster(tmp_path, text)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    with pytest.raises(RosterError, match=r"Cannot read the roster .*: No such file or directory\.$"):
        load_roster(tmp_path / "none.csv")
    with pytest.raises(RosterError, match="UTF-8"):
        roster(tmp_path, "student,id\nJürgen,1\n", "latin-1")
