"""A kit that is not valid is told by file, key, expected and found, and hides no other kit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.files import pack
from autograder.kit import Kit, KitError, load_all
from autograder.kit_config import LimitsConfig
from autograder.sandbox.policy import Limits

TOML, PUBLIC = "autograder/kits/sums/kit.toml", "autograder/kits/sums/test_public.py"
MARK = '@pytest.mark.task("add", points=2, hint='
LATE = "[dates]\ndue = 2031-01-09\n[late]\n"

# What an author may write, and what the message says of it.
MISTAKES = [
    (
        TOML,
        "call_seconds = 2",
        'call_seconds = "2"',
        "`limits.call_seconds`: expected a number, found a str",
    ),
    (TOML, "call_seconds = 2", "call_seconds = 0", "`limits.call_seconds`: expected a number above 0"),
    (
        TOML,
        "call_seconds = 2",
        "call_second = 2",
        "`limits.call_second`; did you mean `call_seconds`",
    ),
    (
        TOML,
        "call_seconds = 2",
        "cpu_seconds = 1.5",
        "`limits.cpu_seconds`: expected a whole number",
    ),
    *(
        (TOML, "call_seconds = 2", limit, f"`limits.{limit.split()[0]}`: expected a ")
        for limit in ("data_mb = true", "data_mb = 0", "address_space_mb = 1099511627776")
    ),
    *(
        (TOML, "call_seconds = 2", f"call_seconds = {value}", "expected a number above 0")
        for value in ("-1", "nan")
    ),
    (TOML, 'title = "Sums"', "", "the key `title` is missing"),
    (TOML, 'title = "Sums"', "title = 3", "`title`: expected a string, found a number: 3"),
    (TOML, 'title = "Sums"', 'title = "Sums"\ntitel = "x"', "unknown key `titel`; did you mean `title`?"),
    (TOML, 'title = "Sums"', 'title = "Sums"\nfeedback = "all"', "expected 'hint' or 'outcome' or 'nothing'"),
    (TOML, 'title = "Sums"', "title = ", "kit.toml, line 1: this is not TOML: Invalid value."),
    (TOML, 'module = "sums"', 'module = "my sums"', "`module`: expected the name of a Python module"),
    (TOML, '"scale"]', '"scale", "scale"]', "`tasks` lists scale twice"),
    (TOML, '"scale"]', "3]", "`tasks[2]`: expected a string, found a number: 3"),
    (TOML, '["add", "mean", "scale"]', "[]", "`tasks`: expected a list that is not empty"),
    (TOML, '"lesson.deterministic"', '"deterministic"', "`prepare`: expected a function as module.function"),
    (TOML, '["lesson.py"]', '"lesson.py"', "`given`: expected a list, found a string: 'lesson.py'"),
    (TOML, '["lesson.py"]', '["lessons.py"]', "cannot read "),
    (
        TOML,
        '["lesson.py"]',
        '["lesson.py", "../sums/lesson.py"]',
        "kit.toml, line 4: `given`: expected files below the folder of the solution, found '../sums/",
    ),
    (TOML, '["lesson.py"]', '["/dev/null"]', "expected files below the folder of the solution, found '/dev"),
    (
        TOML,
        "seed = 7",
        "day = 2031-01-09",
        "kit.toml, line 9: `settings.day`: expected numbers, texts, lists and tables, found 2031-01-09.",
    ),
    (TOML, "seed = 7", 'seed = "7"', "`settings.seed`: expected a whole number, found '7'"),
    (TOML, "[limits]", '[dates]\ndue = "soon"\n[limits]', "`dates.due`: expected a date such as 2026-11-23"),
    (
        TOML,
        "[limits]",
        "[dates]\nrelease = 2031-01-09\ndue = 2031-01-02\n[limits]",
        "expected 2031-01-09 or",
    ),
    (
        TOML,
        "[limits]",
        '[calibrated]\nno_such = "test_x"\n[limits]',
        "no setting or no check with no_such",
    ),
    (TOML, "[limits]", LATE + "grace = 15\n[limits]", "`late.grace`: expected a string, found a number: 15"),
    (
        TOML,
        "[limits]",
        LATE + "grace = 'soon'\n[limits]",
        "`late.grace`: expected a duration such as 15 min, 6 h or 2 days, found 'soon'",
    ),
    (TOML, "[limits]", LATE + "cut_off = '2 weeks'\n[limits]", "`late.cut_off`: expected a duration such as"),
    (
        TOML,
        "[limits]",
        LATE + "due_time = '6 pm'\n[limits]",
        "`late.due_time`: expected a time of day such as 18:00, found '6 pm'",
    ),
    (
        TOML,
        "[limits]",
        LATE + "time_zone = 'Mars/North'\n[limits]",
        "`late.time_zone`: expected a time zone such as Europe/Berlin",
    ),
    (TOML, "[limits]", LATE + "penalty = 101\n[limits]", "`late.penalty`: expected a number of at most 100"),
    (
        TOML,
        "[limits]",
        LATE + "per = 'week'\n[limits]",
        "`late.per`: expected 'day' or 'hour', found a string: 'week'",
    ),
    (
        TOML,
        "[limits]",
        LATE + "free_days = 2\n[limits]",
        "`late.free_days`: expected a `penalty` that they save",
    ),
    (TOML, "[limits]", LATE + "grase = '1 h'\n[limits]", "unknown key `late.grase`; did you mean `grace`?"),
    (TOML, "[limits]", LATE + "penalty = 10\nper = 'hour'\ncut_off = '6 h'\n[limits]", ""),
    (
        TOML,
        "[limits]",
        "[late]\n[limits]",
        "`late`: expected `due` in [dates], from which lateness counts, found none",
    ),
    (PUBLIC, "import sums", "import sums\ndef broken(:", "test_public.py, line "),
    (PUBLIC, "points=2", "points=-2", "expected points as a number of at least 0, found -2"),
    (PUBLIC, "points=2", "points='2'", "expected points as a number of at least 0, found '2'"),
    (
        PUBLIC,
        "points=2",
        "points=float(2)",
        "in the mark, found the computed 'float(2)'",
    ),
    (PUBLIC, "points=2", "point=2", "the mark takes points and hint, found point, hint"),
    (
        PUBLIC,
        MARK,
        '@pytest.mark.hidden\n@pytest.mark.task("add", points=2, hint=',
        "belong in test_hidden.py: test_",
    ),
    (PUBLIC, MARK, '@check("add", points=2, hint=', ""),
    (PUBLIC, MARK, '@check("add", hidden=1, points=2, hint=', "expected `hidden` as True or False, found 1"),
    (PUBLIC, MARK, '@check("add", hidden=True, points=2, hint=', "belong in test_hidden.py: test_"),
    (
        PUBLIC,
        MARK,
        '@pytest.mark.hidden\n@check("add", hidden=True, points=2, hint=',
        "belong in test_hidden.py: test_",
    ),
    (
        TOML,
        "[limits]",
        "[calibrated]\nseed = 7\n[limits]",
        "`calibrated.seed`: expected a string, found a number: 7",
    ),
    (PUBLIC, '"add", points', '"ad", points', "expected a task of kit.toml, found 'ad'; did you mean `add`?"),
    (PUBLIC, "def test_scale_doubles", "def helper_doubles", ""),
]


@pytest.mark.parametrize(("name", "old", "new", "says"), MISTAKES)
def test_a_mistake_is_one_sentence_with_its_place(
    toy_root: Path, name: str, old: str, new: str, says: str
) -> None:
    path = toy_root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    if not says:
        Kit.load(toy_root, "sums")
        return
    with pytest.raises(KitError) as caught:
        Kit.load(toy_root, "sums")
    assert says in str(caught.value)
    assert "sums" in str(caught.value)


@pytest.mark.parametrize(
    ("decorator", "says"),
    [
        ("@pytest.mark.parametrize('n', [1, 2])\n", "parametrized checks are not supported"),
        ("async ", "expected a plain function, found `async def`"),
        ("@pytest.mark.task('mean', points=1, hint='?')\n", "expected one task for each check, found two"),
    ],
)
def test_a_check_of_another_form_is_refused(toy_root: Path, decorator: str, says: str) -> None:
    path = toy_root / PUBLIC
    text = path.read_text()
    path.write_text(text.replace("def test_", f"{decorator}def test_", 1))
    with pytest.raises(KitError, match=says):
        Kit.load(toy_root, "sums")


@pytest.mark.parametrize("name", [TOML, PUBLIC, "solutions/sums/lesson.py"])
@pytest.mark.parametrize(
    ("encoding", "says"),
    [
        ("utf-16", "line 1: expected UTF-8, found other bytes."),
        ("utf-8-sig", "line 1: expected UTF-8 without a byte order mark, found one: save it without."),
    ],
)
def test_a_file_in_another_encoding_is_refused(toy_root: Path, name: str, encoding: str, says: str) -> None:
    path = toy_root / name
    path.write_text(path.read_text(), encoding=encoding)
    with pytest.raises(KitError) as caught:
        Kit.load(toy_root, "sums")
    assert str(caught.value) == f"{name}, {says}"


def test_a_folder_in_place_of_the_settings_is_refused(toy_root: Path) -> None:
    (toy_root / TOML).unlink()
    (toy_root / TOML).mkdir()
    with pytest.raises(KitError, match=r"sums: cannot read .*/sums/kit\.toml: Is a directory\."):
        Kit.load(toy_root, "sums")


def test_a_check_declared_twice_names_both_lines(toy_root: Path) -> None:
    path = toy_root / PUBLIC
    text = path.read_text()
    path.write_text(text + text[text.index("@pytest.mark") :])
    with pytest.raises(KitError, match=r"line \d+: test_\w+: a check of this name stands in line \d+"):
        Kit.load(toy_root, "sums")


def test_a_broken_kit_hides_no_other(toy_root: Path) -> None:
    broken = toy_root / "autograder/kits/broken"
    broken.mkdir()
    (broken / "kit.toml").write_text("title = 3")
    found = load_all(toy_root)
    assert [kit.slug for kit in found.kits] == ["sums"]
    assert list(found.problems) == ["broken"]


def test_an_archive_holds_the_same_kit(toy_root: Path) -> None:
    kit = Kit.load(toy_root, "sums")
    assert Kit.unzip(kit.zip()) == kit
    assert Kit.unzip(kit.zip()).version == kit.version


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"# A page", "Expected a kit archive, found something else: File is not a zip file."),
        (pack({"a.txt": b""}), "found a zip without kit.toml, test_public.py, test_hidden.py."),
        (
            pack({"a.txt": b""}, comment=b"\xff"),
            "Expected a kit archive, found something else: 'utf-8' codec",
        ),
    ],
)
def test_what_is_no_archive_of_a_kit_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(KitError, match=re.escape(says)):
        Kit.unzip(data)


def test_an_archive_without_checks_is_refused(toy_root: Path) -> None:
    kit = Kit.load(toy_root, "sums")
    files = {name: content for name, content in kit.files.items() if name != "test_hidden.py"}
    with pytest.raises(KitError, match=r"found a zip without test_hidden\.py"):
        Kit.unzip(Kit("sums", files).zip())


def test_dates_and_late_rules_are_no_part_of_the_version(toy_root: Path) -> None:
    """Nothing is examined again when they change, wherever they stand in the file."""
    path, version = toy_root / TOML, Kit.load(toy_root, "sums").version
    text = path.read_text()
    tables = "[dates]\ndue = 2031-01-09\n\n[late]\npenalty = 10 # percent\n"
    for changed in (f"{text}\n{tables}", text.replace("[limits]", f"{tables}\n[limits]")):
        path.write_text(changed)
        kit = Kit.load(toy_root, "sums")
        assert kit.late is not None
        assert kit.version == version
    path.write_text(text.replace("seed = 7", "seed = 8"))
    assert Kit.load(toy_root, "sums").version != version


def test_limits_are_those_of_the_sandbox_and_the_examiner() -> None:
    ours = {"check_seconds", "submission_seconds"}
    assert set(LimitsConfig.__struct_fields__) == {*Limits.__dataclass_fields__, *ours}
