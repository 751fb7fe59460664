"""Parse the names of files that Canvas, Moodle, Blackboard, Brightspace and Sakai export.

In every pattern the platform's own part comes first and the leftmost match counts. Text that a student writes
into a file name is therefore never read as the platform's part. All patterns take linear time.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ..assignment import SAKAI_ATTACHMENTS, Assignment, NameMatch
from ..folders import MEGABYTE, Entry, File, Folder, Unreadable
from ..identity import MAX_NAME, PLATFORM_FILE, Identity, ParsedName, Platform, common_prefix

# lastnamefirst_LATE_123_456_transfer-1.py. Canvas numbers files in order of arrival. It appends -1, -2, … to
# the name of a file that was submitted before. Names keep their combining marks, which \w does not include.
_CANVAS = re.compile(
    r"(?P<name>[^\W\d_][\w\x80-\U0010ffff]*?)(?P<late>_LATE)?_(?P<id>\d+)_(?:(?P<file>\d+)_(?P<filename>.+)|(?P<kind>text|link)\.html)",
    re.IGNORECASE | re.DOTALL,
)
# With anonymous grading: LATE_anon_Ab1c2_456_transfer.py.
_CANVAS_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?(?P<name>anon_[^\W_]+)_(?:(?P<file>\d+)_(?P<filename>.+)|(?P<kind>text|link)\.html)",
    re.DOTALL,
)
# Digits of an id in a folder's name. Shorter numbers are times and groups, as in Mon_10_30_Lab.
MIN_FOLDER_ID = 3
# The text that follows if the first number belongs to the name.
_CANVAS_SHIFTED = re.compile(r"\d+_|(?:text|link)\.html$")
_RESUBMITTED = re.compile(r"-\d{1,3}(?=\.\w+$)")
# The end of Otter's exports, transfer_2026_11_23T10_00_00_123456.zip, which resembles Canvas' names.
_OTTER_EXPORT = re.compile(r"_\d{4}_\d\d_\d\dT\d\d_\d\d_\d\d_\d+\.zip$", re.IGNORECASE)
# Jane Doe_12345_assignsubmission_file_/transfer.py, or the same in one file name.
_MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<filename>.*))?", re.DOTALL
)
_MOODLE_GROUP = re.compile(r"(?=[^-]*[ \d])[^-]+-(?P<member>[^ ]+ .+)", re.DOTALL)
# Week 9_jdoe_attempt_2026-11-23-10-00-00_transfer.py, and a .txt about each attempt.
_BLACKBOARD = re.compile(r"_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?=.)|(?P<about>\.txt$))", re.DOTALL)
_BLACKBOARD_ABOUT = re.compile(r"\((?P<login>[^()]+)\)\s*$")
# 20411-88101 - Jo Doe - Nov 28, 2026 905 AM, as a folder or before " - transfer.py".
_BRIGHTSPACE = re.compile(
    r"(?P<id>\d+)-\d+ - (?P<name>.+?) - "
    r"(?P<time>(?:[^\W\d]+\.? \d{1,2}|\d{1,2}\.? (?:de )?[^\W\d]+\.?),? (?:de )?\d{4},? "
    r"\d{1,2}[:._-]?\d\d(?: ?[AP]M)?)(?: - (?P<filename>.+))?",
    re.IGNORECASE | re.DOTALL,
)
_BRIGHTSPACE_TIME = re.compile(
    r"(?:(?P<month>[^\W\d]+)\.? (?P<day>\d{1,2})|(?P<day2>\d{1,2})\.? (?:de )?(?P<month2>[^\W\d]+)\.?),? "
    r"(?:de )?(?P<year>\d{4}),? (?P<hour>\d{1,2})[:._-]?(?P<minute>\d\d)(?: ?(?P<half>[AP])M)?",
    re.IGNORECASE,
)
# How months begin in English, German, French, Spanish, Italian, Portuguese and Scandinavian languages.
_MONTHS = (
    *("jan gen ene", "feb fev", "mar maa mrt", "apr avr abr", "may mai maj mag mei", "jun juin giu"),
    *("jul juil lug", "aug aou ago", "sep set", "oct okt ott out", "nov", "dec dez dic des"),
)
# Doe, Jo(jdoe)/Submission attachment(s)/transfer.py, or the same in one file name.
_SAKAI_FOLDER = re.compile(r"(?P<name>[^()]+)\((?P<login>[^()]+)\)")
_SAKAI_FILE = re.compile(
    rf"(?P<name>[^()]+)\((?P<login>[^()]+)\)_"
    rf"(?:{re.escape(SAKAI_ATTACHMENTS)}_(?P<filename>.+)|(?P<text>_submissionText\.html)|comments\.txt"
    r"|feedbackText\.html)",
    re.DOTALL,
)


def canvas(entries: Sequence[Entry], assignment: Assignment, folder_name: str) -> list[ParsedName | None]:
    """Return the name, id and lateness in the names of Canvas."""
    parsed = [_canvas(entry) for entry in entries]
    names: defaultdict[str, set[str]] = defaultdict(set)
    for name in parsed:
        if name and name.identity.ids and not name.identity.ambiguous:
            names[name.identity.ids[0]].add(name.identity.name.casefold())
    shared = {number for number, own in names.items() if len(own) > 1}
    if _only_resemble_canvas(entries, parsed, shared, assignment):
        return [None] * len(entries)
    # Such a number would make one student of several.
    return [None if name and shared.intersection(name.identity.ids[:1]) else name for name in parsed]


def _only_resemble_canvas(
    entries: Sequence[Entry],
    parsed: Sequence[ParsedName | None],
    shared: Collection[str],
    assignment: Assignment,
) -> bool:
    """Return whether the numbers are no ids of students, as in `hw_9_1_jdoe.py` or `doe_2026_11_hw.py`.

    An id has one name, so those in `shared` are none. Where students have several files, not all have one
    name. If there is one id only, the student must have a file with the module's name, and no two files with
    the same one.
    """
    found = [(entry, name) for entry, name in zip(entries, parsed, strict=True) if name and name.identity.ids]
    if sum(name.identity.ids[0] in shared for _, name in found) * 2 > len(found):
        return True
    if len(found) < 2:
        return False
    are_folders = not any(name.filename for _, name in found)
    ids = {name.identity.ids for _, name in found}
    if len(ids) > 1:
        # Such as Room_101_1_Mon and Room_102_1_Tue.
        has_one_name = len({name.identity.name.casefold() for _, name in found}) == 1
        return has_one_name and (are_folders or len(found) > max(2, len(ids)))
    orders = {name.order for _, name in found}
    files = {_student_part(entry, name) for entry, name in found}
    if are_folders or min(len(orders), len(files)) < len(found):
        return True
    stems = (name.filename.rpartition(".")[0] for _, name in found)
    return all(assignment.name_match(stem) is not NameMatch.EQUAL for stem in stems)


def _student_part(entry: Entry, name: ParsedName) -> str:
    """Return the part of Canvas' name that follows both numbers, with the -1 of a further file."""
    return entry.name.partition(f"_{name.identity.ids[0]}_")[2].partition("_")[2]


def _canvas(entry: Entry) -> ParsedName | None:
    if len(entry.name) > MAX_NAME:
        return None
    if match := _CANVAS_ANONYMOUS.fullmatch(entry.name):
        identity = Identity(match["name"], Platform.CANVAS, late=bool(match["late"]))
    else:
        match = _CANVAS.fullmatch(entry.name)
        if match is None or not _CANVAS.fullmatch(_OTTER_EXPORT.sub(".zip", entry.name)):
            return None
        if isinstance(entry, Folder) and len(match["id"]) < MIN_FOLDER_ID:
            return None
        identity = Identity(match["name"], Platform.CANVAS, ids=(match["id"],), late=bool(match["late"]))
    if match["kind"] and isinstance(entry, Folder):
        return None
    if match["kind"]:
        return ParsedName(identity, f"{match['kind']}.html", 0.0)
    # `x_1_2_3_y` may also be the student `x_1` with the id 2, because the platform allows such a name.
    other = _CANVAS_SHIFTED.match(match["filename"])
    identity = replace(
        identity,
        ambiguous=other is not None,
        aliases=(match["file"],) if other else (),
    )
    # A folder is a zip that somebody has unpacked.
    filename = "" if isinstance(entry, Folder) else _RESUBMITTED.sub("", match["filename"])
    return ParsedName(identity, filename, float(match["file"]))


def moodle(entry: Entry) -> ParsedName | None:
    """Return the name and participant id in a name of Moodle."""
    match = _MOODLE.fullmatch(entry.name)
    # Only Moodle names both folders and files.
    if match is None or isinstance(entry, File) != bool(match["filename"]):
        return None
    identity = Identity(match["name"], Platform.MOODLE, ids=(match["id"],))
    # In group mode the group's name comes first: Group A-Jane Doe.
    if grouped := _MOODLE_GROUP.fullmatch(match["name"]):
        identity = replace(identity, aliases=(grouped["member"],))
    return ParsedName(identity, match["filename"] or "")


def blackboard(entries: Sequence[Entry], assignment: Assignment, folder_name: str) -> list[ParsedName | None]:
    """Return the login and time in the names of Blackboard."""
    matches = [_blackboard_match(entry) for entry in entries]
    found = [(entry, match) for entry, match in zip(entries, matches, strict=True) if match]
    heads = sorted({entry.name[: match.start()] for entry, match in found})
    described = {}
    for entry, about in found:
        head = entry.name[: about.start()]
        if about["about"] and isinstance(entry, File) and (login := _described_login(entry, head)):
            described[head] = login
    logins = _blackboard_logins(heads, described)
    # The text about an attempt without files is all that the student handed in.
    with_files = {
        (entry.name[: match.start()], match["time"]) for entry, match in found if not match["about"]
    }
    parsed: list[ParsedName | None] = []
    for entry, match in zip(entries, matches, strict=True):
        if match is None:
            parsed.append(None)
        elif match["about"] and (entry.name[: match.start()], match["time"]) in with_files:
            parsed.append(PLATFORM_FILE)
        else:
            login, longer = logins[entry.name[: match.start()]]
            moment = _seconds(match["time"], "%Y-%m-%d-%H-%M-%S")
            identity = Identity(login, Platform.BLACKBOARD, login=login, submitted=moment, aliases=longer)
            parsed.append(ParsedName(identity, entry.name[match.end() :] or entry.name, moment or 0.0))
    return parsed


def _blackboard_match(entry: Entry) -> re.Match[str] | None:
    """Return the platform's part of a file's name, which follows the title and the login, or None."""
    if isinstance(entry, Folder) or len(entry.name) > MAX_NAME:
        return None
    match = _BLACKBOARD.search(entry.name)
    return match if match and match.start() else None


def _described_login(about: File, head: str) -> str:
    """Return the login in the platform's text about an attempt, if it matches the file name."""
    try:
        first = about.load(MEGABYTE)[:MAX_NAME].decode("utf-8-sig", "replace").partition("\n")[0]
    except Unreadable:
        return ""
    match = _BLACKBOARD_ABOUT.search(first)
    return match["login"] if match and head.endswith(f"_{match['login']}") else ""


def _blackboard_logins(
    heads: Sequence[str], described: Mapping[str, str]
) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Return the login in each of `heads`, which are `<title>_<login>`, and longer logins that it may be.

    Title and login may contain underscores. The title is the same throughout a class, so the logins of
    different students always differ. `described` are the logins in Blackboard's own texts, by head.
    """
    titles = Counter(head.removesuffix(f"_{login}") for head, login in described.items())
    if titles:
        prefix = titles.most_common(1)[0][0] + "_"
    else:
        common = common_prefix(heads) if len(heads) > 1 else ""
        prefix = common[: common.rfind("_") + 1]
    logins: dict[str, tuple[str, tuple[str, ...]]] = {}
    for head in heads:
        if head in described:
            logins[head] = (described[head], ())
            continue
        own = prefix if prefix and head.startswith(prefix) else head[: head.find("_") + 1]
        # Logins may share a prefix: with stud_a and stud_b the title seems to end in "stud".
        cuts = [i + 1 for i, char in enumerate(own[:-1]) if char == "_"]
        logins[head] = (head[len(own) :], tuple(head[cut:] for cut in reversed(cuts)))
    return logins


def brightspace(entry: Entry) -> ParsedName | None:
    """Return the name, id and time in a name of Brightspace."""
    if isinstance(entry, File) and entry.name.casefold() == "index.html":
        return PLATFORM_FILE
    match = _BRIGHTSPACE.fullmatch(entry.name)
    if match is None or isinstance(entry, File) != bool(match["filename"]):
        return None
    moment = _brightspace_time(match["time"])
    identity = Identity(match["name"], Platform.BRIGHTSPACE, ids=(match["id"],), submitted=moment)
    return ParsedName(identity, match["filename"] or "", moment or 0.0)


def _brightspace_time(text: str) -> float | None:
    match = _BRIGHTSPACE_TIME.fullmatch(text)
    month = _month(match["month"] or match["month2"]) if match else None
    if match is None or month is None:
        return None
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].casefold() == "p" else 0)
    try:
        moment = datetime(
            *(int(match["year"]), month, int(match["day"] or match["day2"]), hour, int(match["minute"])),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    return moment.timestamp()


def _month(name: str) -> int | None:
    plain = "".join(char for char in unicodedata.normalize("NFD", name.casefold()) if char.isalpha())
    return next((n for n, starts in enumerate(_MONTHS, 1) if plain.startswith(tuple(starts.split()))), None)


def sakai(entry: Entry) -> ParsedName | None:
    """Return the name and login in a name of Sakai, and the time that a folder contains."""
    if isinstance(entry, File):
        if entry.name.casefold() in ("grades.csv", "grades.xls", "grades.xlsx"):
            return PLATFORM_FILE
        if match := _SAKAI_FILE.fullmatch(entry.name):
            identity = Identity(match["name"], Platform.SAKAI, login=match["login"])
            filename = match["filename"] or match["text"]
            return ParsedName(identity, filename) if filename else PLATFORM_FILE
        return None
    match = _SAKAI_FOLDER.fullmatch(entry.name)
    if match is None:
        return None
    try:
        children = {child.name: child for child in entry.entries()}
    except Unreadable:
        children = {}
    if "," not in match["name"] and SAKAI_ATTACHMENTS not in children:
        return None
    moment = _sakai_time(children.get("timestamp.txt"))
    return ParsedName(
        Identity(match["name"], Platform.SAKAI, login=match["login"], submitted=moment), "", moment
    )


def _sakai_time(entry: Entry | None) -> float | None:
    """Return the time in Sakai's `timestamp.txt`, which is in UTC.

    It is 2026-11-23T10:00:00.123Z, or 20261123100000000 before Sakai 12.
    """
    if not isinstance(entry, File):
        return None
    try:
        text = entry.load(100).decode("ascii", "replace").strip()
    except Unreadable:
        return None
    return _seconds(text[:19], "%Y-%m-%dT%H:%M:%S") or _seconds(text[:14], "%Y%m%d%H%M%S")


def _seconds(text: str, form: str) -> float | None:
    """Return the Unix time that a format of strptime finds in `text`, read as UTC, or None."""
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None
