"""Class folders of every platform: who is found, which files count, what is told, and who is missing.

The table has one case per folder: `ON_DISK` in `classes/`, `BUILT` from their file names. Nothing is graded
here, because discovery and the roster decide all of it.
"""

from __future__ import annotations

import os
import shlex
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from autograder.grading.roster.roster_file import load_roster
from autograder.models import ReviewReason
from autograder.submissions.assignment import Assignment
from autograder.submissions.discovery import ClassFolder, find_class
from autograder.submissions.identity import LOCAL_TIMES

CLASSES = Path(__file__).parent / "classes"
ASSIGNMENT = Assignment("week09_transfer", "transfer", frozenset({"lesson.py"}))
AMBIGUOUS, LATE = ReviewReason.AMBIGUOUS_NAME, ReviewReason.LATE
VERSIONS, UNREADABLE = ReviewReason.SEVERAL_VERSIONS, ReviewReason.UNREADABLE
TWINS = ("Ada", "ada", unicodedata.normalize("NFC", "Zoë"), unicodedata.normalize("NFD", "Zoë"))
NOT_UTF8 = "J\N{REPLACEMENT CHARACTER}rg"

METADATA = """\
---
submission_1:
  :submitters:
  - :name: Jo Doe
    :sid: '1001'
    :email: jo@x.edu
  - :name: Kim Roe
    :sid: '1002'
    :email: kim@x.edu
  :created_at: 2026-11-23 10:00:00.123456000 Z
  :results: {score: 1, history: [1, 2, {a: b}]}
submission_2:
  :submitters:
  - :name: Lee Poe
    :sid: null
    :email: lee@x.edu
  :created_at: 2026-11-23 11:00:00 Z
submission_3:
  :submitters: []
submission_4:
  :submitters:
  - :name: Jo Doe
    :sid: '1004'
    :email: other@x.edu
"""

NBGRADER = (
    "submitted/ada/week09_transfer/transfer.ipynb",
    "submitted/bob/week09_transfer/transfer.ipynb",
)

# Names that say nothing about their owner.
UNNAMED = (
    *("transfer - Copy", "transfer copy", "transfer-1", "transfer_final", "Transfer v2"),
    *("transfer (Kopie)", "transfer (copy)", "transfer-kopie-2", "transfer2", "transfer_v2 (1)"),
    *("transfer_final2", "transfer_copy3", "transfer_version2", "transfer version 4", "transfer_rev3"),
    *("transfer_fixed", "transfer_neu", "transfer_FINAL_FINAL", "transfer_updated", "transfer_done"),
    *("hw9_transfer", "week9 transfer", "week 9 - transfer", "Woche 9 transfer"),
    *("main", "solution", "homework", "hw9", "submission", "assignment9", "Untitled1", "Abgabe 9"),
)


# The id that upload files use, the files that are read, and the reasons for a review.
Row = tuple[str, tuple[str, ...], set[str]]


def row(*files: str, owner: str = "", why: tuple[ReviewReason, ...] = ()) -> Row:
    """Return the row of one student; `owner` is the id that the roster gives."""
    return owner, files, {reason.value for reason in why}


@dataclass(frozen=True)
class Case:
    """A class folder and what is right for it. `files` are built; without them the folder is on disk."""

    name: str
    rows: Mapping[str, Row]
    files: tuple[str, ...] | Mapping[str, str] = ()
    ignored: set[str] = field(default_factory=set)
    roster: str = ""
    missing: tuple[str, ...] = ()
    is_class_zip: bool = False


def case(name: str, rows: Mapping[str, Row], **more: object) -> Case:
    return Case(name, rows, **more)  # type: ignore[arg-type]


ON_DISK = [
    case("blackboard", {"j_doe": row("transfer.py"), "k_doe": row("transfer.py")}),
    case(
        "brightspace",
        {
            "Jo Doe": row("transfer.py", owner="20411", why=(VERSIONS,)),
            "Kim Roe": row("transfer.ipynb", owner="20412"),
        },
        ignored={"index.html"},
        roster="roster.csv",
        missing=("Lee Poe",),
    ),
    case(
        "google-classroom",
        {
            "Jo Doe": row("transfer.ipynb", owner="jo@x.edu"),
            "Kim Roe": row("transfer.ipynb", owner="kim@x.edu"),
            "Kopie von transfer": row("Kopie von transfer.ipynb", why=(AMBIGUOUS,)),
        },
        roster="roster.csv",
    ),
    case(
        "canvas-roster",
        {"doejo": row("transfer.py", owner="1001"), "roekim": row("transfer.py", owner="1002", why=(LATE,))},
        roster="roster.csv",
        missing=("Poe, Lee",),
    ),
    case(
        "canvas-roster",
        {"doejo": row("transfer.py", owner="1001"), "roekim": row("transfer.py", owner="1002", why=(LATE,))},
        roster="gradebook.csv",
    ),
    case(
        "same-names",
        {
            "Jo Doe": row("transfer.py", owner="503"),
            "Wang Wei (501)": row("transfer.py", owner="501"),
            "Wang Wei (502)": row("transfer.py", owner="502"),
        },
        roster="roster.csv",
    ),
    case(
        "flat-class-odd-files",
        {
            "Jo Doe": row("Jo Doe.py"),
            **{
                name: row(why=(UNREADABLE,))
                for name in ("Kim Roe", "Lee Poe", "Max Moe", "Nia Noe", "Ola Ooe", "Pia Poo", "Quo Qoe")
            },
        },
    ),
    case(
        "given-files-in-class",
        {"Jo Doe": row("Jo Doe.py"), "solution": row("solution.py", why=(AMBIGUOUS,))},
        ignored={"lesson.py", "expect.py", "README.md", "roster.csv"},
    ),
    case(
        "roster-letter-case",
        {"Jo Müller": row("Jo Müller.py", owner="7")},
        roster="roster.csv",
        missing=("Kim Roe",),
    ),
    case(
        "attack-blackboard_name",
        {"ada": row("transfer.py"), "mallory": row("x_ada_attempt_2026-12-31-23-59-59_transfer.py")},
    ),
    case(
        "attack-canvas_name",
        {
            "lovelaceada": row("transfer.py"),
            "mallorymax": row("x_lovelaceada_attempt_2026-12-31-23-59-59_transfer.py"),
        },
    ),
    case("attack-nbgrader_slug", {"ada": row("hw/transfer.py"), "mallory": row("transfer.py")}),
    case(
        "attack-late_zip_other_name",
        {"mallory": row("mallory.zip/sub1/transfer.py", "mallory.zip/sub2/transfer.py")},
    ),
    case("attack-yaml_name_bomb", {"mallory": row("mallory.zip/sub1/transfer.py")}),
    case(
        "attack-late_zip_other_name",
        {"ada": row("transfer.py"), "mallory": row("transfer.py")},
        ignored={"submission_metadata.yml"},
        is_class_zip=True,
    ),
    case(
        "attack-yaml_name_bomb",
        {"sub1": row("transfer.py", why=(AMBIGUOUS,))},
        ignored={"submission_metadata.yml"},
        is_class_zip=True,
    ),
    case(
        "attack-one_zip_many_students",
        {f"s{n:03}": row(f"s{n:03}.py") for n in range(40)},
        is_class_zip=True,
    ),
    case("attack-one_zip_many_students", {"mallory": row(*(f"mallory.zip/s{n:03}.py" for n in range(40)))}),
]

BUILT = [
    case(
        "canvas: anonymous, late, resubmitted, text entries",
        {
            "anon_Ab1c2": row("transfer.py"),
            "anon_Zz9y8": row("transfer.ipynb", why=(LATE,)),
            "anon_Qq1q1": row(why=(UNREADABLE,)),
        },
        files=(
            "anon_Ab1c2_5004_transfer.py",
            "LATE_anon_Zz9y8_5005_transfer-1.ipynb",
            "anon_Qq1q1_text.html",
        ),
    ),
    case(
        "canvas: a file whose name begins with a number may be another student's",
        {
            "doejo": row("transfer.py"),
            "doejo_1001_1005_70005_transfer": row("70005_transfer.py", why=(AMBIGUOUS,)),
            "roekim": row("2026_transfer.py", why=(AMBIGUOUS,)),
        },
        files=(
            "doejo_1001_70001_transfer.py",
            "doejo_1001_1005_70005_transfer.py",
            "roekim_1002_70002_2026_transfer.py",
        ),
    ),
    case(
        "canvas: so may a text entry",
        {
            "doejo": row(why=(AMBIGUOUS, UNREADABLE)),
            "roekim": row("transfer.py", owner="1002"),
            "roekim_1002_1005_text": row(why=(AMBIGUOUS, UNREADABLE)),
        },
        files=(
            "doejo_1001_1005_text.html",
            "roekim_1002_70002_transfer.py",
            "roekim_1002_1005_text.html",
        ),
        roster="student,id\nDoe Jo,1001\nRoe Kim,1002\nMax Mallory,1005\n",
        missing=(),
    ),
    case(
        "canvas: the numbers of a sheet and a task are nobody's ids",
        {"hw_9_1_jdoe": row("hw_9_1_jdoe.py", owner="1"), "hw_9_1_kroe": row("hw_9_1_kroe.py", owner="2")},
        files=("hw_9_1_jdoe.py", "hw_9_1_kroe.py"),
        roster="name,id,login\nJo Doe,1,jdoe\nKim Roe,2,kroe\n",
    ),
    case(
        "canvas: nor are those of a sheet and a student, or of a date",
        {name: row(f"{name}.py") for name in ("Blatt_09_1234567_doe", "Blatt_09_1234568_roe")},
        files=("Blatt_09_1234567_doe.py", "Blatt_09_1234568_roe.py"),
    ),
    case(
        "canvas: an id with several names is nobody's",
        {name: row(f"{name}.py") for name in ("doe_2026_11_transfer", "roe_2026_12_transfer")},
        files=("doe_2026_11_transfer.py", "roe_2026_12_transfer.py"),
    ),
    case(
        "canvas: not even if other files of the class have another number",
        {
            "jdoe_28_11_2026": row("jdoe_28_11_2026.py", why=(AMBIGUOUS,)),
            "kroe_28_11_2026": row("kroe_28_11_2026.py", why=(AMBIGUOUS,)),
            **{name: row("2026.py") for name in ("lpoe", "mmoe", "nnoe")},
        },
        files=(
            *("jdoe_28_11_2026.py", "kroe_28_11_2026.py", "lpoe_27_11_2026.py", "mmoe_29_11_2026.py"),
            "nnoe_30_11_2026.py",
        ),
    ),
    *(
        case(
            f"canvas: {names[0]} and {names[1]} are not of one student",
            {f"{name}_transfer": row(f"{name}_transfer.py") for name in names},
            files=tuple(f"{name}_transfer.py" for name in names),
        )
        for names in (
            ("Blatt_09_1234567", "Blatt_09_1234568"),
            ("team_1_1234567", "team_1_1234568", "team_2_1234569", "team_2_1234570", "team_3_1234571"),
            ("Blatt_28_11_doe", "Blatt_28_11_roe", "Blatt_29_11_poe"),
        )
    ),
    case(
        "canvas: several files may be those of the only student",
        {"doejo": row("helper.py", "transfer.py")},
        files=("doejo_1001_70001_transfer-1.py", "doejo_1001_70002_helper.py"),
    ),
    case(
        "canvas: zips that somebody has unpacked",
        {
            "doejo": row("src/transfer.py", owner="1001"),
            "roekim": row("transfer.py", owner="1002", why=(LATE,)),
        },
        files=("doejo_1001_1_hw/src/transfer.py", "roekim_LATE_1002_2_Week 9 (final)/transfer.py"),
        roster="name,id\nJo Doe,1001\nKim Roe,1002\n",
    ),
    case(
        "canvas: names in scripts with combining marks",
        {
            "प्रिया": row("transfer.py", owner="1001", why=(VERSIONS,)),
            "สมชายดี": row("transfer.py", owner="1002"),
            "mu\u0308llerjo\u0308rg": row("transfer.py", owner="1003", why=(LATE,)),
        },
        files=(
            "प्रिया_1001_1_transfer.py",
            "प्रिया_1001_4_transfer-1.py",
            "สมชายดี_1002_2_transfer.py",
            "mu\u0308llerjo\u0308rg_LATE_1003_3_transfer.py",
        ),
        roster='student,id\nप्रिया,1001\nสมชาย ดี,1002\n"Müller, Jörg",1003\n',
    ),
    case(
        "canvas: a zip beside a source file, as of data, is no newer attempt",
        {"doejo": row("transfer.py", why=(VERSIONS,)), "roekim": row("data.zip/transfer.py")},
        files=("doejo_1001_1_transfer.py", "doejo_1001_2_data.zip", "roekim_1002_3_data.zip"),
    ),
    case(
        "canvas: a zip with the module's name beside a helper may be the answer",
        {"doejo": row("transfer.zip/transfer.py", why=(VERSIONS,)), "roekim": row("roe.py", why=(VERSIONS,))},
        files=(
            *("doejo_1001_1_plot.py", "doejo_1001_2_transfer.zip"),
            *("roekim_1002_3_roe.py", "roekim_1002_4_data.zip"),
        ),
    ),
    case(
        "canvas: another system's file in the folder is a row for review",
        {
            "doejo": row("transfer.py"),
            "roekim": row("transfer.py"),
            "poelee": row("transfer.py"),
            "by mail": row("by mail.py", why=(AMBIGUOUS,)),
        },
        files=(
            *("doejo_1001_1_transfer.py", "roekim_1002_2_transfer.py", "poelee_1003_3_transfer.py"),
            *("by mail.py", "minutes.pdf"),
        ),
        ignored={"minutes.pdf"},
    ),
    case(
        "moodle: underscores, texts, files and a group",
        {
            "Jo_Doe": row("transfer.py"),
            "Kim Roe": row("transfer.py"),
            "Group A-Lee Poe": row("transfer.py", owner="7"),
        },
        files=(
            "Jo_Doe_501_assignsubmission_file_/transfer.py",
            "Jo_Doe_501_assignsubmission_onlinetext_/onlinetext.html",
            "Kim Roe_502_assignsubmission_file_transfer.py",
            "Group A-Lee Poe_503_assignsubmission_file_/transfer.py",
        ),
        roster="student,id\nLee Poe,7\nNia Noe,8\n",
        missing=("Nia Noe",),
    ),
    case(
        "blackboard: a text that names the login decides where the title ends",
        {"stud_a": row("transfer.py"), "stud_b": row("transfer.py")},
        files={
            "Week_9_stud_a_attempt_2026-11-23-10-00-00_transfer.py": "x = 1",
            "Week_9_stud_a_attempt_2026-11-23-10-00-00.txt": "Name: A B (stud_a)\nAssignment: Week_9\n",
            "Week_9_stud_b_attempt_2026-11-23-10-00-00_transfer.py": "x = 1",
        },
        ignored={"Week_9_stud_a_attempt_2026-11-23-10-00-00.txt"},
    ),
    case(
        "blackboard: an attempt may be a text alone",
        {"jdoe": row("transfer.py"), "kroe": row(why=(UNREADABLE,)), "lpoe": row("transfer.py")},
        files={
            "Week 9_jdoe_attempt_2026-11-23-10-00-00_transfer.py": "x = 1",
            "Week 9_jdoe_attempt_2026-11-23-10-00-00.txt": "Name: Jo Doe (jdoe)\n",
            "Week 9_jdoe_attempt_2026-11-24-10-00-00.txt": "Name: Jo Doe (jdoe)\n",
            "Week 9_kroe_attempt_2026-11-23-11-00-00.txt": "Name: Kim Roe (kroe)\n",
            "Week 9_lpoe_attempt_2026-11-23-12-00-00_transfer.py": "x = 1",
        },
        ignored={"Week 9_jdoe_attempt_2026-11-23-10-00-00.txt"},
    ),
    case(
        "blackboard: without one the roster may know a longer login",
        {"a": row("transfer.py", owner="stud_a"), "b": row("transfer.py", owner="stud_b")},
        files=(
            "Week 9_stud_a_attempt_2026-11-23-10-00-00_transfer.py",
            "Week 9_stud_b_attempt_2026-11-23-10-00-00_transfer.py",
        ),
        roster="name,login\nAnn,stud_a\nBob,stud_b\n",
    ),
    case(
        "blackboard: the last attempt counts, whatever its files are called",
        {"jdoe": row("b.py", why=(VERSIONS,))},
        files=(
            "Week 9_jdoe_attempt_2026-11-23-10-00-00_a.py",
            "Week 9_jdoe_attempt_2026-11-24-10-00-00_b.py",
        ),
    ),
    case(
        "blackboard: also if they are in a zip",
        {"jdoe": row("b.zip/transfer.py", why=(VERSIONS,))},
        files=(
            "Week 9_jdoe_attempt_2026-11-23-10-00-00_a.py",
            "Week 9_jdoe_attempt_2026-11-24-10-00-00_b.zip",
        ),
    ),
    case(
        "brightspace: loose files and other date formats",
        {"Jo Doe": row("transfer.py"), "Kim - Roe": row("transfer.py")},
        files=(
            "20411-88101 - Jo Doe - Nov 28, 2026 905 AM - transfer.py",
            "20412-88101 - Kim - Roe - 29 November, 2026 22_05 - transfer.py",
            "index.html",
        ),
        ignored={"index.html"},
    ),
    case(
        "brightspace: months in other languages",
        {
            "Jo Doe": row("b.py", why=(VERSIONS,)),
            "Kim Roe": row("b.py", why=(VERSIONS,)),
            "Lee Poe": row("b.py", why=(VERSIONS,)),
        },
        files=(
            "20411-88101 - Jo Doe - 28 juin 2026 21_05/a.py",
            "20411-88101 - Jo Doe - 1 juillet 2026 9_05/b.py",
            "20412-88101 - Kim Roe - 28. März 2026 2105/a.py",
            "20412-88101 - Kim Roe - 1. Dezember 2026 905/b.py",
            "20413-88101 - Lee Poe - 28 de agosto de 2026 2105/a.py",
            "20413-88101 - Lee Poe - 1 de septiembre de 2026 905/b.py",
        ),
    ),
    case(
        "brightspace: two attempts at unknown times are told",
        {"Jo Doe": row("a.py", why=(VERSIONS,)), "Kim Roe": row("c.py")},
        files=(
            "20411-88101 - Jo Doe - 9 маја 2026 2105/a.py",
            "20411-88101 - Jo Doe - 1 јуна 2026 905/b.py",
            "20412-88101 - Kim Roe - 1 јуна 2026 905/c.py",
        ),
    ),
    case(
        "sakai: folders",
        {"Doe, Jo": row("transfer.py", owner="1001"), "Roe, Kim": row(why=(UNREADABLE,), owner="1002")},
        files={
            "Doe, Jo(jdoe)/Submission attachment(s)/transfer.py": "x = 1",
            "Doe, Jo(jdoe)/Feedback Attachment(s)/transfer.py": "x = 2",
            "Doe, Jo(jdoe)/timestamp.txt": "20261123100000000",
            "Roe, Kim(kroe)/Roe, Kim(kroe)_submissionText.html": "<p>sorry</p>",
            "grades.csv": "",
        },
        ignored={"grades.csv"},
        roster="Student,ID,Login\nJo Doe,1001,jdoe\nKim Roe,1002,kroe\n",
    ),
    case(
        "sakai: loose files and texts",
        {
            "Doe, Jo": row("transfer.py"),
            "Poe, Lee": row(why=(UNREADABLE,)),
            "Roe, Kim": row("transfer.py"),
        },
        files=(
            "Doe, Jo(jdoe)_Submission attachment(s)_transfer.py",
            "Doe, Jo(jdoe)__submissionText.html",
            "Doe, Jo(jdoe)_comments.txt",
            "Doe, Jo(jdoe)_feedbackText.html",
            "Poe, Lee(lpoe)__submissionText.html",
            "Roe, Kim(kroe)_Submission attachment(s)_transfer.py",
        ),
        ignored={"Doe, Jo(jdoe)_comments.txt", "Doe, Jo(jdoe)_feedbackText.html"},
    ),
    case(
        "google classroom: copies and unnamed files are nobody's",
        {
            "Jo Doe": row("transfer.ipynb"),
            "Kim Roe": row("transfer (1).ipynb"),
            "Lee Poe": row("transfer.ipynb"),
            "Copy of transfer": row("Copy of transfer.ipynb", why=(AMBIGUOUS,)),
            "transfer": row("transfer.ipynb", why=(AMBIGUOUS,)),
        },
        files=(
            "Jo Doe - transfer.ipynb",
            "Kim Roe - transfer (1).ipynb",
            "Lee Poe - transfer.ipynb",
            "Copy of transfer.ipynb",
            "transfer.ipynb",
        ),
    ),
    case(
        "google classroom: a copy that Colab made of a student's file",
        {
            "Jo Doe": row("transfer.ipynb", owner="1"),
            "Copy of Jo Doe": row("transfer.ipynb"),
            "Copy of Kim Roe": row("transfer.ipynb", owner="2"),
            "Kopie von Lee Poe": row("transfer.ipynb", owner="3"),
        },
        files=(
            *("Jo Doe - transfer.ipynb", "Copy of Jo Doe - transfer.ipynb"),
            *("Copy of Kim Roe - transfer.ipynb", "Kopie von Lee Poe - transfer.ipynb"),
        ),
        roster="name,id\nJo Doe,1\nKim Roe,2\nLee Poe,3\n",
    ),
    case(
        "google classroom: a dash in a name, and one in a student's own title",
        {
            "Anna - Lena Doe": row("transfer.ipynb"),
            "Jo Doe": row("transfer.ipynb"),
            "Kim Roe": row("my - notes.ipynb", why=(AMBIGUOUS,)),
        },
        files=("Anna - Lena Doe - transfer.ipynb", "Jo Doe - transfer.ipynb", "Kim Roe - my - notes.ipynb"),
    ),
    case(
        "teams: a folder per version is one student's",
        {
            "Jo Doe": row("Version 1/transfer.py", "Version 2/transfer.py"),
            "Kim Roe": row("Version 1/transfer.py"),
        },
        files=(
            "Jo Doe/Version 1/transfer.py",
            "Jo Doe/Version 2/transfer.py",
            "Kim Roe/Version 1/transfer.py",
        ),
    ),
    case(
        "teams: unfinished work is not handed in",
        {"Jo Doe": row("Week 9/transfer.py"), "Kim Roe": row("Week 9/transfer.py")},
        files=(
            "Submitted files/Jo Doe/Week 9/transfer.py",
            "Submitted files/Kim Roe/Week 9/transfer.py",
            "Working files/Jo Doe/Week 9/transfer.py",
        ),
    ),
    case(
        "teams: a download of the whole library",
        {"Jo Doe": row("Week 9/transfer.py"), "Kim Roe": row("Week 9/transfer.py")},
        files=(
            "Student Work/Submitted files/Jo Doe/Week 9/transfer.py",
            "Student Work/Submitted files/Kim Roe/Week 9/transfer.py",
            "Student Work/Working files/Jo Doe/Week 9/transfer.py",
        ),
    ),
    *(
        case(
            f"an export that was unpacked into {folder} is a class",
            {"doejo": row("transfer.py"), "roekim": row("transfer.py")},
            files=(f"{folder}/doejo_1001_1_transfer.py", f"{folder}/roekim_1002_2_transfer.py"),
        )
        for folder in ("submissions", "submissions 2", "submissions (1)", "submissions(1)")
    ),
    case(
        "moodle: anonymous participants are known by their numbers",
        {"Participant (4711)": row("transfer.py"), "Participant (4712)": row("transfer.py")},
        files=(
            "Participant_4711_assignsubmission_file_/transfer.py",
            "Participant_4712_assignsubmission_file_/transfer.py",
        ),
    ),
    case(
        "files under other suffixes are told, not graded",
        {
            "jdoe": row(why=(UNREADABLE,)),
            "kroe": row("kroe.py"),
            "lpoe": row("lpoe.PY"),
            **{
                name: row(why=(UNREADABLE,))
                for name in ("mmoe", "nnoe", "oooe", "ppoe", "qqoe", "rroe", "ssoe", "ttoe", "uuoe")
            },
        },
        files=(
            *("jdoe.py.txt", "kroe.py", "lpoe.PY", "mmoe.ipynb.json", "nnoe.ipynb.download", "oooe.py "),
            *("ppoe.ipynb (1)", "qqoe.py.bak", "rroe.tar.xz", "ssoe.webloc", "ttoe.keras", "uuoe.ipynb.pdf"),
        ),
    ),
    case(
        "names with dashes are not google classroom's",
        {"2026 - Ada": row("2026 - Ada.py"), "2026 - Bob": row("2026 - Bob.py")},
        files=("2026 - Ada.py", "2026 - Bob.py"),
    ),
    case(
        "github classroom: clones",
        {"ada": row("transfer.py"), "bob-b": row("src/transfer.py"), "mallory": row("transfer.py")},
        files=(
            "week09-transfer-ada/transfer.py",
            "week09-transfer-ada/.git/config",
            "week09-transfer-bob-b/src/transfer.py",
            "week09-transfer-mallory/transfer.py",
            "week09-transfer-mallory/README.md",
        ),
    ),
    case(
        "github classroom: any title, known by the clones",
        {"ada": row("transfer.py"), "bob": row("transfer.py")},
        files=("hw-ada/transfer.py", "hw-ada/.git/config", "hw-bob/transfer.py", "hw-bob/.git/config"),
    ),
    case(
        "github classroom: logins that begin alike, in the roster",
        {"jdoe": row("transfer.py", owner="1"), "kroe": row("transfer.py", owner="2")},
        files=(
            *("hw-uni-jdoe/transfer.py", "hw-uni-jdoe/.git/config"),
            *("hw-uni-kroe/transfer.py", "hw-uni-kroe/.git/config"),
        ),
        roster="name,id,github\nJo Doe,1,uni-jdoe\nKim Roe,2,uni-kroe\n",
    ),
    case(
        "github classroom: downloads have the branch in their names",
        {"ada": row("transfer.py", owner="ada"), "bob-b": row("transfer.py", owner="bob-b")},
        files=("week09-transfer-ada-main/transfer.py", "week09-transfer-bob-b-main/transfer.py"),
        roster="name,github\nAda,ada\nBob,bob-b\n",
    ),
    case(
        "github classroom: and so have zips of them",
        {
            "week09-transfer-ada-main": row("week09-transfer-ada-main.zip/transfer.py", owner="ada"),
            "week09-transfer-bob-master": row("week09-transfer-bob-master.zip/transfer.py", owner="bob"),
        },
        files=("week09-transfer-ada-main.zip", "week09-transfer-bob-master.zip"),
        roster="name,github\nAda,ada\nBob,bob\n",
    ),
    case(
        "names with hyphens are not clones",
        {"anna-lena": row("transfer.py"), "anna-maria": row("transfer.py")},
        files=("anna-lena/transfer.py", "anna-maria/transfer.py"),
    ),
    case(
        "gradescope: groups, two of one name, and nobody",
        {
            "Jo Doe (jo@x.edu)": row("transfer.py", owner="1001"),
            "Jo Doe (other@x.edu)": row("transfer.py", owner="1004"),
            "Kim Roe": row("transfer.py", owner="1002"),
            "Lee Poe": row("transfer.ipynb", owner="1003"),
            "submission_3": row("transfer.py", why=(AMBIGUOUS,)),
            "submission_9": row("transfer.py", why=(AMBIGUOUS,)),
        },
        files={
            "submission_metadata.yml": METADATA,
            "submission_1/transfer.py": "x = 1",
            "submission_2/transfer.ipynb": "{}",
            "submission_3/transfer.py": "x = 3",
            "submission_4/transfer.py": "x = 4",
            "submission_9/transfer.py": "x = 9",
        },
        ignored={"submission_metadata.yml"},
        roster="name,sid,email\nJo Doe,1001,jo@x.edu\nJo Doe,1004,other@x.edu\nKim Roe,1002,\n"
        "Lee Poe,1003,LEE@x.edu\n",
    ),
    case(
        "gradescope: metadata that a student handed in speaks for nobody",
        {"ada": row("transfer.py"), "bob": row("submission_1/transfer.py")},
        files={
            "ada/transfer.py": "x = 1",
            "bob/submission_metadata.yml": METADATA,
            "bob/submission_1/transfer.py": "x = 2",
            "submission_metadata.yml": METADATA,
        },
        ignored={"submission_metadata.yml"},
    ),
    case(
        "nbgrader: whoever handed in other assignments only is told",
        {"ada": row("transfer.ipynb"), "eve": row(why=(UNREADABLE,))},
        files=(
            "submitted/ada/week09_transfer/transfer.ipynb",
            "submitted/ada/week08_other/other.ipynb",
            "submitted/bob/week08_other/other.ipynb",
            "submitted/eve/week09_transfer/timestamp.txt",
            "source/week09_transfer/transfer.ipynb",
        ),
        ignored={"submitted/bob (week08_other)"},
    ),
    *(
        case(
            f"nbgrader: {name} beside its folders changes nothing",
            {"ada": row("transfer.ipynb"), "bob": row("transfer.ipynb")},
            files=(*NBGRADER, *nbgraders, name),
            ignored={name.partition("/")[0]},
        )
        for name, *nbgraders in (
            ("README.md", "nbgrader_config.py"),
            ("grades.csv", "gradebook.db"),
            ("requirements.txt", "source/week09_transfer/transfer.ipynb"),
            ("downloaded/week09_transfer/archive/class.zip", "nbgrader_config.py"),
            ("inbound/transfer.ipynb", "autograded/ada/week09_transfer/transfer.ipynb"),
            ("solutions/transfer.ipynb", "release/week09_transfer/transfer.ipynb"),
            ("grades.csv",),
            ("hidden.ipynb", "nbgrader_config.py", "feedback/ada/week09_transfer/transfer.html"),
        )
    ),
    case(
        "a student called submitted changes nothing",
        {"ada": row("transfer.py"), "submitted": row("x/transfer.py")},
        files=("ada/transfer.py", "submitted/x/week09_transfer/transfer.py"),
    ),
    case(
        "sections: the same name in two of them is two students",
        {
            "ada (Section A)": row("ada.py"),
            "ada (Section B)": row("ada.py"),
            "bob": row("bob.py"),
            "transfer": row("transfer.py", why=(AMBIGUOUS,)),
        },
        files=(
            "Section A/ada.py",
            "Section A/bob.py",
            "Section B/ada.py",
            "Section B/transfer.py",
            "Section B/notes.csv",
        ),
        ignored={"Section B/notes.csv"},
    ),
    case(
        "sections: exports of a platform, whatever the folders are called",
        {"doejo": row("transfer.py"), "poelee": row("transfer.py"), "roekim": row("transfer.py")},
        files=(
            "Mon/doejo_1001_1_transfer.py",
            "Mon/roekim_1002_2_transfer.py",
            "Tue/poelee_1003_3_transfer.py",
        ),
    ),
    case(
        "sections: of two downloads of a class, only what was handed in again has two versions",
        {
            "doejo": row("transfer.py", why=(VERSIONS,)),
            "poelee": row("hw.zip/transfer.py"),
            "roekim": row("transfer.py"),
        },
        files=(
            *("28/doejo_1001_1_transfer.py", "28/poelee_1003_3_hw.zip", "28/roekim_1002_2_transfer.py"),
            *("30/doejo_1001_9_transfer-1.py", "30/poelee_1003_3_hw.zip", "30/roekim_1002_2_transfer.py"),
        ),
    ),
    case(
        "sections: macOS writes accents as characters of their own",
        {name: row(f"{name}.py") for name in ("ada", "bob", "cyd", "eve")},
        files=(
            "U\u0308bung 1/ada.py",
            "U\u0308bung 1/bob.py",
            "U\u0308bung 2/cyd.py",
            "U\u0308bung 2/eve.py",
        ),
    ),
    *(
        case(
            f"sections: {first} and {second}",
            {name: row(f"{name}.py") for name in ("jdoe", "kroe", "lpoe", "mmoe")},
            files=(f"{first}/jdoe.py", f"{first}/kroe.py", f"{second}/lpoe.py", f"{second}/mmoe.py"),
        )
        for first, second in (
            *(("Monday lab", "Tuesday lab"), ("L1", "L2"), ("TA Kim", "TA Sam"), ("01", "02"), ("AM", "PM")),
            *(("Übungsgruppe 1", "Übungsgruppe 2"), ("CS101-A", "CS101-B"), ("Tutorengruppe A", "T")),
            *(("Section A (Mon)", "Section B (Tue)"), ("Gruppe 1 - Mo", "Gruppe 2 - Di"), ("TD 1", "TD 2")),
            *(
                ("Lab_10_30_Mon", "Lab_12_30_Tue"),
                ("Mon_10_30_Lab", "Tue_12_30_Lab"),
                ("Room_101_1_Mon", "Room_102_1_Tue"),
                ("Mardi - groupe 2", "Jeudi - groupe 3"),
                ("(Sección 1)", "(Sección 2)"),
                ("Werkgroep 1", "x"),
            ),
        )
    ),
    case(
        "sections with other names, where everybody's file has the assignment's name too",
        {
            "transfer_jdoe": row("transfer_jdoe.py", owner="1"),
            "kroe_transfer_final": row("kroe_transfer_final.py", owner="2"),
            "lpoe": row("lpoe.ipynb", "lpoe.py", owner="3"),
            "mmoe": row("mmoe.zip/transfer.py", owner="4"),
            "by mail": row("by mail.py"),
        },
        files=(
            *("Mo 8-10/transfer_jdoe.py", "Mo 8-10/kroe_transfer_final.py", "Di/lpoe.py", "Di/lpoe.ipynb"),
            *("Di/mmoe.zip", "Di/by mail.py"),
        ),
        roster="name,id,login\nJo,1,jdoe\nKim,2,kroe\nLee,3,lpoe\nMax,4,mmoe\n",
    ),
    case(
        "sections by their names hold a folder per student",
        {name: row("transfer.py") for name in ("jdoe", "kroe", "lpoe", "mmoe")},
        files=(
            *("Monday lab/jdoe/transfer.py", "Monday lab/kroe/transfer.py"),
            *("Tuesday lab/lpoe/transfer.py", "Tuesday lab/mmoe/transfer.py"),
        ),
    ),
    *(
        case(
            f"folders with {', '.join(names)} are students'",
            {
                "ada": row(*(f"{name}.py" for name in names)),
                "bob": row("clean.py", "iris.py", why=(AMBIGUOUS,)),
            },
            files=(*(f"ada/{name}.py" for name in names), "bob/iris.py", "bob/clean.py"),
        )
        for names in (
            *(("part1", "part2"), ("helpers", "transfer"), ("jdoe_v1", "jdoe_v2"), ("jdoe (1)", "jdoe")),
            *(("jdoe", "jdoe_helper"), ("Transfer", "answer"), ("my_answer", "plots"), ("loader", "net")),
            *(("a", "b"), ("transfer_final", "transfer_new"), ("answer",), ("1", "2"), ("ada", "ada_doe")),
        )
    ),
    case(
        "folders with files of the same names are students'",
        {name: row("clean.py", "iris.py", why=(AMBIGUOUS,)) for name in ("ada", "bob")},
        files=("ada/clean.py", "ada/iris.py", "bob/clean.py", "bob/iris.py"),
    ),
    case(
        "a folder with several names in it is reviewed where the others decide against sections",
        {
            "L1": row("jdoe.py", "kroe.py", why=(AMBIGUOUS,)),
            "L2": row("lpoe.py"),
            "L3": row("jdoe/transfer.py", "kroe/transfer.py", why=(AMBIGUOUS,)),
            "L4": row("old/transfer.py", "transfer.py"),
        },
        files=(
            *("L1/jdoe.py", "L1/kroe.py", "L2/lpoe.py", "L3/jdoe/transfer.py", "L3/kroe/transfer.py"),
            *("L4/transfer.py", "L4/old/transfer.py"),
        ),
    ),
    case(
        "groups that hand in parts are no sections",
        {f"group {n}": row("part1.py", "part2.py") for n in (1, 2)},
        files=tuple(f"group {n}/part{part}.py" for n in (1, 2) for part in (1, 2)),
    ),
    case(
        "groups that hand in a folder each are no sections",
        {
            "group 1": row("transfer.py"),
            "group 2": row("helper.py", "transfer.py"),
            "group 3": row("transfer.py"),
        },
        files=("group 1/transfer.py", "group 2/transfer.py", "group 2/helper.py", "group 3/transfer.py"),
    ),
    case(
        "a file named like the module does not make a class one student's",
        {"alice": row("alice.py"), "bob": row("bob.py"), "transfer": row("transfer.py", why=(AMBIGUOUS,))},
        files=("alice.py", "bob.py", "transfer.py"),
    ),
    case(
        "a folder to work in is one student's",
        {"class": row("helper.py", "transfer.py")},
        files=("transfer.py", "helper.py", "kit.json", "lesson.py", "inputs/iris.npz"),
    ),
    case(
        "the assignment and a version beside the name are no part of it",
        {
            "transfer_jo_doe": row("transfer_jo_doe.py", owner="1"),
            "Kim Roe week09-transfer": row("Kim Roe week09-transfer.py", owner="2"),
            "lpoe-transfer-final": row("lpoe-transfer-final.ipynb", owner="3"),
            "nia@x.edu (1)": row("nia@x.edu (1).zip/transfer.py", owner="4"),
            "0005": row("0005.py", owner="5"),
            "HW9_Moe_Max": row("HW9_Moe_Max.ipynb", owner="6"),
            "week9-pia-poo": row("week9-pia-poo.py", owner="7"),
            "Quo Qoe Hausaufgabe 9": row("Quo Qoe Hausaufgabe 9.py", owner="8"),
            "homework_1009": row("homework_1009.py", owner="1009"),
            "roe.rey (Kopie 2)": row("roe.rey (Kopie 2).py", owner="10"),
            **{
                name: row(f"{name}.py", owner=owner)
                for name, owner in (
                    ("sso (conflicted copy 2026-11-28 101500)", "11"),
                    ("Tea Too (Tea's conflicted copy)", "12"),
                )
            },
        },
        files=(
            "transfer_jo_doe.py",
            "Kim Roe week09-transfer.py",
            "lpoe-transfer-final.ipynb",
            "nia@x.edu (1).zip",
            "0005.py",
            *("sso (conflicted copy 2026-11-28 101500).py", "Tea Too (Tea's conflicted copy).py"),
            *("HW9_Moe_Max.ipynb", "week9-pia-poo.py", "Quo Qoe Hausaufgabe 9.py", "homework_1009.py"),
            "roe.rey (Kopie 2).py",
        ),
        roster="name,id,login,email\nJo Doe,1,,\nKim Roe,2,,\nLee Poe,3,lpoe,\n"
        "Nia Noe,4,,nia@x.edu\nOla Ooe,5,,\nMax Moe,6,,\nPia Poo,7,,\nQuo Qoe,8,,\nRio Roo,1009,,\n"
        "Rey Roe,10,roe.rey,\nSam Soo,11,sso,\nTea Too,12,,\n",
    ),
    case(
        "a name of nothing but the assignment, a copy and a version is nobody's",
        {
            "ada": row("transfer.py"),
            "bob": row("transfer.py"),
            **{name: row(f"{name}.py", why=(AMBIGUOUS,)) for name in UNNAMED},
        },
        files=("ada/transfer.py", "bob/transfer.py", *(f"{name}.py" for name in UNNAMED)),
        roster="name\nada\nbob\ntransfer final\n",
        missing=("transfer final",),
    ),
    case(
        "spaces, punctuation and invisible characters in a name do not matter",
        {
            "Jo O\u2019Brien": row("Jo O\u2019Brien.py", owner="1"),
            "Kim\u200b Roe": row("Kim\u200b Roe.py", owner="2"),
            "\u200fأحمد علي": row("\u200fأحمد علي.py", owner="3"),
            "Anna\u2011Lena Moe": row("Anna\u2011Lena Moe.py", owner="4"),
            "doe_jo": row("doe_jo.py", owner="5"),
            "LeePoe": row("LeePoe.py", owner="6"),
            "Jorg Muller": row("Jorg Muller.py", owner="7"),
        },
        files=(
            *("Jo O\u2019Brien.py", "Kim\u200b Roe.py", "\u200fأحمد علي.py", "Anna\u2011Lena Moe.py"),
            *("doe_jo.py", "LeePoe.py", "Jorg Muller.py"),
        ),
        roster="name,id\nJo O'Brien,1\nKim Roe,2\nأحمد علي,3\nAnna-Lena Moe,4\nJo Doe,5\nLee Poe,6\n"
        "Jörg Müller,7\n",
    ),
    case(
        "a folder may be called like a file",
        {"ada": row("transfer.py"), "bob": row("transfer.ipynb"), "cyd": row("cyd.py")},
        files=("ada.py/transfer.py", "bob.ipynb/transfer.ipynb", "cyd.py"),
    ),
    case(
        "two Unicode forms and two letter cases are two students, and it is told",
        {
            unicodedata.normalize(form, "Zoë"): row(
                f"{unicodedata.normalize(form, 'Zoë')}.py", why=(AMBIGUOUS,)
            )
            for form in ("NFC", "NFD")
        }
        | {name: row(f"{name}.py", why=(AMBIGUOUS,)) for name in ("Ada", "ada")},
        files=(
            *(f"{unicodedata.normalize(form, 'Zoë')}.py" for form in ("NFC", "NFD")),
            *("Ada.py", "ada.py"),
        ),
    ),
    case(
        "a second download may be the same student's, and it is told",
        {
            "ada": row("ada.py", why=(AMBIGUOUS,)),
            "ada (1)": row("ada (1).py", why=(AMBIGUOUS,)),
            "bob": row("bob.py"),
        },
        files=("ada.py", "ada (1).py", "bob.py"),
    ),
    case(
        "an export unpacked into a folder called submitted is not nbgrader's",
        {"doejo": row("transfer.py"), "roekim": row("transfer.py")},
        files=("submitted/doejo_1001_1_transfer.py", "submitted/roekim_1002_2_transfer.py"),
    ),
    case(
        "names in Latin-1 are two students and told, and the roster knows them",
        {
            "J\N{REPLACEMENT CHARACTER}rg (Jörg)": row(
                "J\N{REPLACEMENT CHARACTER}rg.py", owner="1", why=(AMBIGUOUS,)
            ),
            "J\N{REPLACEMENT CHARACTER}rg (Jürg)": row(
                "J\N{REPLACEMENT CHARACTER}rg.py", owner="2", why=(AMBIGUOUS,)
            ),
        },
        files=("J\udcf6rg.py", "J\udcfcrg.py"),
        roster="student,id\nJörg,1\nJürg,2\n",
    ),
    case(
        "every file of a flat class has a row or a remark",
        {"ada": row("ada.py"), "bob": row("bob.zip/transfer.py"), "eve": row(why=(UNREADABLE,))},
        files=(
            "ada.py",
            "bob.zip",
            "eve.rar",
            "Makefile",
            "roster.csv",
            ".hidden.py",
            "inputs/iris.npz",
            "index.html",
        ),
        ignored={"Makefile", "roster.csv", ".hidden.py", "inputs", "index.html"},
    ),
    case(
        "a lone zip is one hand-in, whatever is in it",
        {"class": row("class.zip/a/transfer.py", "class.zip/b/transfer.py")},
        files=("class.zip!a/transfer.py", "class.zip!b/transfer.py"),
    ),
    case(
        "a lone zip is a class when a person says so",
        {"a": row("transfer.py"), "b": row("transfer.py")},
        files=("class.zip!a/transfer.py", "class.zip!b/transfer.py"),
        is_class_zip=True,
    ),
    case(
        "a lone zip is a class when it is unmistakably an export",
        {"doejo": row("transfer.py"), "roekim": row("transfer.py")},
        files=("submissions.zip!doejo_1001_1_transfer.py", "submissions.zip!roekim_1002_2_transfer.py"),
    ),
    case(
        "a lone zip may have the class in folders in folders",
        {"doejo": row("transfer.py"), "roekim": row("transfer.py")},
        files=("class.zip!HW/9/doejo_1001_1_transfer.py", "class.zip!HW/9/roekim_1002_2_transfer.py"),
        is_class_zip=True,
    ),
    case(
        "a lone zip may have a folder with the only student of Moodle",
        {"Jo Doe": row("transfer.py")},
        files=("class.zip!HW9/Jo Doe_501_assignsubmission_file_/transfer.py",),
        is_class_zip=True,
    ),
    case(
        "a lone zip may have a folder with the only student of nbgrader",
        {"jdoe": row("transfer.py")},
        files=("class.zip!HW9/submitted/jdoe/week09_transfer/transfer.py",),
        is_class_zip=True,
    ),
    case(
        "sakai: its zip has a folder for the assignment",
        {"Doe, Jo": row("transfer.py"), "Roe, Kim": row("transfer.py")},
        files=(
            "bulk_download.zip!Week 9/Doe, Jo(jdoe)/Submission attachment(s)/transfer.py",
            "bulk_download.zip!Week 9/Roe, Kim(kroe)/Submission attachment(s)/transfer.py",
            "bulk_download.zip!Week 9/grades.csv",
        ),
        ignored={"Week 9/grades.csv"},
    ),
    case(
        "a zip with an export's name and anything else in it is one hand-in",
        {"submissions": row("submissions.zip/ada.py", "submissions.zip/bob.py")},
        files=("submissions.zip!ada.py", "submissions.zip!bob.py"),
    ),
    case(
        "a lone zip that a student called like an export is one hand-in",
        {
            "mallorymax": row(
                *("submissions.zip/doejo_1001_1_transfer.py", "submissions.zip/roekim_1002_2_transfer.py")
            )
        },
        files=(
            "mallorymax_1005_70005_submissions.zip!doejo_1001_1_transfer.py",
            "mallorymax_1005_70005_submissions.zip!roekim_1002_2_transfer.py",
        ),
    ),
    case(
        "a lone folder is one hand-in, whatever is in it",
        {"mallory": row("submission_1/transfer.py", "submission_2/transfer.py")},
        files={
            "mallory/submission_metadata.yml": METADATA,
            "mallory/submission_1/transfer.py": "x = 1",
            "mallory/submission_2/transfer.py": "x = 2",
        },
    ),
]


def build(place: Path, files: tuple[str, ...] | Mapping[str, str]) -> Path:
    """Write a class folder; `zip!member` is a member of a zip, and every other zip has one answer."""
    place.mkdir()
    for name in files:
        content = files[name] if isinstance(files, Mapping) else "x = 1"
        archive, _, member = name.partition("!")
        path = place / archive
        path.parent.mkdir(parents=True, exist_ok=True)
        if archive.endswith(".zip"):
            with ZipFile(path, "a") as opened:
                opened.writestr(member or "transfer.py", content)
        else:
            path.write_text(content)
            os.utime(path, (1_000_000_000, 1_000_000_000))
    return place


def results(found: ClassFolder, roster: Path | None) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the rows of a class in the table's form, and the names of missing students."""
    match = load_roster(roster).match([each.identity for each in found.submissions]) if roster else None
    rows: dict[str, object] = {}
    for each in found.submissions:
        read = each.read()
        entry = match.entries.get(each.student) if match else None
        why = {note.reason.value for note in read.review} | ({"unreadable"} if read.problem else set())
        rows[each.student] = (entry.label if entry else "", tuple(file.name for file in read.files), why)
    return rows, tuple(entry.name for entry in match.missing) if match else ()


@pytest.mark.parametrize("right", [*ON_DISK, *BUILT], ids=lambda right: right.name)
def test_a_class_is_read_right(right: Case, tmp_path: Path) -> None:
    """Rows, files that count, reasons for a review, remarks and missing students are those of the table."""
    if right.files:
        place = build(tmp_path / "class", right.files)
        roster = tmp_path / "roster.csv"
        roster.write_text(right.roster, encoding="utf-8")
    else:
        place = CLASSES / right.name / "class"
        roster = CLASSES / right.name / right.roster
    found = find_class(place, ASSIGNMENT, is_class_zip=right.is_class_zip)
    rows, missing = results(found, roster if right.roster else None)
    assert rows == right.rows
    assert {each.where for each in found.ignored} == right.ignored
    assert missing == right.missing


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Week 9_jdoe_attempt_2026-11-30-23-59-00_transfer.py", None),
        ("Week 9_jdoe_attempt_2026-12-01-11-59-00_transfer.py", None),
        (
            "Week 9_jdoe_attempt_2026-12-01-12-00-00_transfer.py",
            "Handed in on 2026-12-01 at 12:00, after 2026-11-30",
        ),
        (
            "1-5 - Jo Doe - Dec 2, 2026 905 PM - transfer.py",
            "Handed in on 2026-12-02 at 21:05, after 2026-11-30",
        ),
        ("doejo_LATE_1001_70001_transfer.py", "The platform marks it as late."),
        ("Week 9_jdoe_attempt_0001-01-01-00-00-00_transfer.py", None),
        ("Week 9_jdoe_attempt_9999-99-99-00-00-00_transfer.py", None),
        ("jdoe.py", None),
    ],
)
def test_what_came_after_the_due_date_is_late(tmp_path: Path, name: str, said: str | None) -> None:
    """The platform's mark or its time says so; the times of files say nothing."""
    found = find_class(build(tmp_path / "class", (name,)), ASSIGNMENT, due=date(2026, 11, 30))
    (note,) = [note.text for note in found.submissions[0].review if note.reason is LATE] or [None]
    assert note == said or (note and said and note.startswith(said))


@pytest.mark.parametrize(
    "text",
    ["20261201120000000", "2026-12-01T12:00:00Z", "2026-12-01T12:00:00.123456Z", "2026-12-01T12:00:00.1Z"],
)
def test_sakai_writes_the_time_in_utc_in_two_forms(tmp_path: Path, text: str) -> None:
    """The second is that of Sakai 12 and later."""
    folder = "Doe, Jo(jdoe)"
    files = {f"{folder}/Submission attachment(s)/transfer.py": "x = 1", f"{folder}/timestamp.txt": text}
    files["Roe, Kim(kroe)/timestamp.txt"] = ""
    jo, kim = find_class(build(tmp_path / "class", files), ASSIGNMENT).submissions
    assert jo.identity.submitted == datetime(2026, 12, 1, 12, tzinfo=UTC).timestamp()
    assert jo.identity.platform not in LOCAL_TIMES
    assert kim.identity.submitted is None


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (("CS101 HW9/doejo_1001_1_transfer.py", "CS101 HW9/roekim_1002_2_transfer.py"), "CS101 HW9"),
        (("Abgaben KW48/Jo Doe.py", "Abgaben KW48/Kim Roe.py", "roster.csv"), "Abgaben KW48"),
        (("HW9/ada/transfer.py", "HW9/bob/transfer.py"), "HW9"),
        (("HW9/Abgaben/Doe_Jo_501/a.py", "HW9/Abgaben/Roe_Kim_502/a.py", "status.xlsx"), "HW9/Abgaben"),
        (("Work/Submitted files/Jo Doe/Week 9/transfer.py",), "Work"),
        (("HW9/submission_metadata.yml", "HW9/submission_1/transfer.py"), "HW9"),
        (("ada/transfer.py", "ada/helper.py"), None),
        (("ada/transfer.py", "ada/old/transfer.py", "ada/tries/transfer.py"), None),
        (("ada/answer.py",), None),
        (("HW9/ada.py", "HW9/bob.py", "eve.py"), None),
    ],
)
def test_a_lone_folder_that_may_hold_a_class_is_told(
    tmp_path: Path, files: tuple[str, ...], said: str | None
) -> None:
    """It counts as one student's, and the hint has the command for a class."""
    place = build(tmp_path / "class", files)
    hint = said and (
        f"{said.partition('/')[0]} counts as one student's. If it holds a class, grade that folder: "
        f"kit grade KIT {shlex.quote(str(place / said))}."
    )
    assert find_class(place, ASSIGNMENT).hint == (hint or "")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (("ada.zip",), "ada.zip counts as one student's. If it holds a class, use --class-zip."),
        (("ada.zip", "bob.zip"), None),
        (("ada.py", "submissions.zip"), "submissions.zip counts as one student's. If it holds"),
        (
            ("submissions.zip", "submissions (1).zip"),
            "submissions.zip and submissions (1).zip count as one student's each. If they hold",
        ),
        (
            tuple(f"drive-download-20261130T100000Z-00{number}.zip" for number in (1, 2)),
            "drive-download-20261130T100000Z-001.zip and drive-download-20261130T100000Z-002.zip count",
        ),
    ],
)
def test_zips_that_may_hold_a_class_are_told(
    tmp_path: Path, files: tuple[str, ...], said: str | None
) -> None:
    """Zips count as one student's each; those with an export's name, and a lone one, may hold a class."""
    hint = find_class(build(tmp_path / "class", files), ASSIGNMENT).hint
    assert hint == "" if said is None else hint.startswith(said)


def test_sections_that_only_their_files_show_are_told(tmp_path: Path) -> None:
    """The names of the folders could be those of students."""
    files = ("L1/jdoe.py", "L1/kroe.py", "L2/lpoe.py", "L2/mmoe.py")
    found = find_class(build(tmp_path / "class", files), ASSIGNMENT)
    assert found.hint == (
        "L1, L2 count as sections, because each holds files of several people. "
        "If they are students' folders, name the answer in them transfer.py."
    )
    assert not find_class(build(tmp_path / "lab", tuple(f"Lab {name}" for name in files)), ASSIGNMENT).hint
