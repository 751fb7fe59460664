"""Match submissions with the students of a class's roster."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated

import msgspec

from ...submissions.identity import Identity, Platform, compact_name, normalize_name, without_accents

MAX_TEXT = 300
# Platforms with their own student ids, which may equal unrelated ids of a roster by chance.
OWN_IDS = frozenset({Platform.CANVAS, Platform.MOODLE})
ANOTHER_FITS = "Another submission fits the same student of the roster."
# Letters from which no accent can be removed, and letters that may be written with two.
BASIC_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"}
SPELLED_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
# The readings of a name without accents, as tables of `str.translate`: `Jörg` is `jorg` or `joerg`.
READINGS = (str.maketrans(BASIC_LETTERS), str.maketrans(BASIC_LETTERS | SPELLED_OUT))

Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]


class RosterEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One student of the roster. `id` identifies the student in upload files.

    `extension` is a duration or a new due date, which `parse_extension` reads. `moodle_id` is the number that
    Moodle gives to the student in the names of folders and in its grading worksheet.
    """

    name: Text
    id: Text = ""
    sis_id: Text = ""
    login: Text = ""
    email: Text = ""
    section: Text = ""
    extension: Text = ""
    moodle_id: Text = ""

    @property
    def keys(self) -> set[str]:
        """Return the ids, login and e-mail address by which a platform may identify the student."""
        return {_match_key(key) for key in (self.id, self.sis_id, self.login, self.email) if key}

    @property
    def label(self) -> str:
        """Return an identifier that distinguishes the student from others with the same name, or ""."""
        keys = (self.id, self.sis_id, self.login, self.email, self.moodle_id)
        return next((key for key in keys if key), "")


@dataclass(frozen=True)
class RosterMatch:
    """The students that submissions belong to, by the display name of the submission.

    `ambiguous` gives the reason why a submission that matches the roster is not assigned. `contested` are
    students who may own such a submission, and `missing` are students without any matching submission.
    """

    entries: Mapping[str, RosterEntry]
    ambiguous: Mapping[str, str]
    contested: tuple[RosterEntry, ...]
    missing: tuple[RosterEntry, ...]


@dataclass(frozen=True)
class RosterColumns:
    """The titles of the columns from which a roster was read, and of the others."""

    used: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    have_names_or_ids: bool = True


@dataclass(frozen=True)
class Roster:
    """The students of a class in roster order, and the columns of the file that lists them, if any."""

    entries: tuple[RosterEntry, ...]
    columns: RosterColumns = field(default_factory=RosterColumns, compare=False)

    @property
    def names(self) -> Mapping[RosterEntry, str]:
        """Return a unique name for each student, with an identifier added if several share the name."""
        shared = Counter(entry.name for entry in self.entries)
        return {
            entry: f"{entry.name} ({entry.label})" if shared[entry.name] > 1 and entry.label else entry.name
            for entry in self.entries
        }

    def doubtful_columns(self, match: RosterMatch) -> RosterColumns | None:
        """Return the columns to check, if any: no submission fits anybody, or none holds names or ids."""
        fits_nobody = not match.entries and not match.ambiguous
        is_doubtful = fits_nobody or (self.columns.unused and not self.columns.have_names_or_ids)
        return self.columns if self.columns.used and is_doubtful else None

    def match(self, identities: Iterable[Identity]) -> RosterMatch:
        """Match submissions with students by id, login, e-mail address or name.

        Letter case and Unicode form are ignored. A submission that matches several students, and students
        with several matching submissions, stay unmatched, so that no submission is assigned to the wrong
        student. A certain match counts more than one by another reading of the name.
        """
        index = _Index(self.entries)
        fitting: dict[str, set[RosterEntry]] = {}
        reasons: dict[str, str] = {}
        guessed: dict[str, set[RosterEntry]] = {}
        for identity in identities:
            found, reason = index.find(identity)
            fitting[identity.display_name] = found
            if reason:
                reasons[identity.display_name] = reason
            elif not found:
                guessed[identity.display_name] = index.guess(identity)
        taken = {entry for found in fitting.values() for entry in found}
        second = {name: found for name, found in guessed.items() if found and found <= taken}
        for name, found in guessed.items():
            fitting[name] = found - taken
        match = self._assign(fitting, reasons)
        return replace(match, ambiguous={**match.ambiguous, **_second_reasons(second, match)})

    def _assign(self, fitting: Mapping[str, set[RosterEntry]], known: Mapping[str, str]) -> RosterMatch:
        """Assign each submission to the only student who fits, if no other submission fits the same student.

        `known` has the reasons why some submissions cannot be assigned in any case.
        """
        claims = Counter(entry for entries in fitting.values() for entry in entries)
        matched: dict[str, RosterEntry] = {}
        contested: set[RosterEntry] = set()
        reasons = dict(known)
        for name, entries in fitting.items():
            if len(entries) == 1 and name not in reasons and claims[next(iter(entries))] == 1:
                matched[name] = next(iter(entries))
                continue
            contested |= entries
            if len(entries) > 1:
                reasons.setdefault(name, f"{len(entries)} students of the roster fit this name.")
            elif entries:
                reasons.setdefault(name, ANOTHER_FITS)
        owners = set(matched.values())
        left = [entry for entry in self.entries if entry not in owners]
        return RosterMatch(
            matched,
            reasons,
            tuple(entry for entry in left if entry in contested),
            tuple(entry for entry in left if entry not in contested),
        )


def _second_reasons(second: Mapping[str, set[RosterEntry]], match: RosterMatch) -> dict[str, str]:
    """Return the reasons for submissions that only fit students with another, more certain submission."""
    owners = {entry: name for name, entry in match.entries.items()}
    reasons = {}
    for name, entries in second.items():
        counting = sorted(f"{each.name}, whose {owners[each]} counts" for each in entries if each in owners)
        reasons[name] = (
            f"It fits {' and '.join(counting)}; it may be the newer version." if counting else ANOTHER_FITS
        )
    return reasons


class _Index:
    """An index of a roster's students by the names and keys that a platform may use.

    Keys are ids, logins and e-mail addresses. `_letters` has names without accents, spaces and punctuation.
    """

    def __init__(self, entries: Sequence[RosterEntry]) -> None:
        self._keys: defaultdict[str, set[RosterEntry]] = defaultdict(set)
        self._names: defaultdict[str, set[RosterEntry]] = defaultdict(set)
        self._letters: defaultdict[str, set[RosterEntry]] = defaultdict(set)
        self._canvas = _CanvasNames(entries, compact_name)
        self._canvas_letters = [
            _CanvasNames(entries, partial(_letters, reading=reading)) for reading in READINGS
        ]
        self._participants: defaultdict[str, set[RosterEntry]] = defaultdict(set)
        self._words = {entry: {_readings(word) for word in _split(entry.name)} for entry in entries}
        for entry in entries:
            for key in entry.keys:
                self._keys[key].add(entry)
            for name in _name_forms(entry.name):
                self._names[name].add(entry)
                for reading in READINGS:
                    self._letters[_letters(name, reading)].add(entry)
            if entry.moodle_id:
                self._participants[entry.moodle_id].add(entry)

    def find(self, identity: Identity) -> tuple[set[RosterEntry], str]:
        """Return the students whom a submission matches, and why none of them is certain, or ""."""
        if not identity.known:
            return set(), ""
        keys = [*identity.ids, identity.login, identity.email]
        if identity.platform is Platform.PLAIN:
            keys.append(identity.name)  # files may be named by id or login
        participant = self._find_participant(identity)
        by_key = participant or self._find_keys(keys)
        by_name = self._find_name(identity.name, identity.platform)
        if by_key and by_name and not by_key & by_name:
            return by_key | by_name, "The id belongs to one student of the roster and the name to another."
        may_be_chance = identity.platform in OWN_IDS and not participant
        if by_key and may_be_chance and not any(_shares_word(entry, identity) for entry in by_key):
            return by_key, "The id fits a student of the roster, but the name does not: is it a group's?"
        found = by_key & by_name or by_key or by_name
        if identity.ambiguous:
            found = found | self._find_keys(identity.aliases)
        return found, ""

    def guess(self, identity: Identity) -> set[RosterEntry]:
        """Return the students who match an alternative reading of the name.

        Accents, spaces and punctuation are ignored: `doe_jorg` and `doe_joerg` may be Jörg Doe.
        """
        if not identity.known or identity.ambiguous:
            return set()
        found = self._find_keys(identity.aliases)
        for alias in identity.aliases:
            found |= self._find_name(alias, identity.platform)
        if identity.name != identity.login:
            for name in (identity.name, *identity.aliases):
                if identity.platform is Platform.CANVAS:
                    found.update(*(letters.find(name) for letters in self._canvas_letters))
                else:
                    found.update(*(self._letters.get(_letters(name, each), set()) for each in READINGS))
        return found or (self._by_parts(identity) if identity.platform is Platform.PLAIN else set())

    def _by_parts(self, identity: Identity) -> set[RosterEntry]:
        """Return the student whose key and name are parts of the name, such as `Doe_Jo_1001`.

        Either of them alone is no evidence, but several students named in it may have worked together.
        """
        parts = _parts(identity.name)
        keys = {_match_key(part) for part in parts if len(part) > 2}
        with_key = {entry for key in keys for entry in self._keys.get(key, ())}
        sure = {entry for entry in with_key if any(word & parts - entry.keys for word in self._words[entry])}
        with_name = {
            entry
            for entry, words in self._words.items()
            if len(words) > 1
            and all(word & parts for word in words)
            # `Doe_Jo_Ann_1001` also has the name of Jo Doe.
            and not any(words <= self._words[each] for each in sure)
        }
        named = with_key | with_name
        return named if len(named) > 1 else sure

    def _find_participant(self, identity: Identity) -> set[RosterEntry]:
        """Return the student with this number in Moodle's worksheet, if the roster is one."""
        if identity.platform is not Platform.MOODLE or not identity.ids:
            return set()
        return self._participants.get(identity.ids[0], set())

    def _find_keys(self, keys: Iterable[str]) -> set[RosterEntry]:
        return {entry for key in keys if key for entry in self._keys.get(_match_key(key), ())}

    def _find_name(self, name: str, platform: Platform) -> set[RosterEntry]:
        if platform is Platform.CANVAS:
            return self._canvas.find(name)
        return {entry for form in _name_forms(name) for entry in self._names.get(form, ())}


def _split(name: str) -> list[str]:
    """Return the runs of letters and digits in a name."""
    return "".join(char if compact_name(char) else " " for char in normalize_name(name)).split()


def _readings(word: str) -> frozenset[str]:
    return frozenset(_letters(word, reading) for reading in READINGS)


def _parts(name: str) -> set[str]:
    """Return the words of a name in all readings, and what may be keys in it: `jo.doe`, the 7 in `doe7`."""
    words = _split(name)
    keys = re.split(r"[\s,;()&+]+", normalize_name(name))
    runs = (run for word in words for run in re.findall(r"\d+|\D+", word))
    return {part for each in (*words, *keys, *runs) for part in (each, *_readings(each))}


class _CanvasNames:
    """An index of students by the names that Canvas writes: family name first, without spaces.

    A roster with `van Dijk, Anna` tells the family name. In other rosters, any number of the last words may
    be the family name. `compact` removes spaces and punctuation.
    """

    def __init__(self, entries: Iterable[RosterEntry], compact: Callable[[str], str]) -> None:
        self._compact = compact
        self._sortable: defaultdict[str, set[RosterEntry]] = defaultdict(set)
        self._splits: defaultdict[str, set[RosterEntry]] = defaultdict(set)
        for entry in entries:
            if "," in entry.name:
                self._sortable[compact(entry.name)].add(entry)
            for name in _splits(entry.name):
                self._splits[compact(name)].add(entry)

    def find(self, name: str) -> set[RosterEntry]:
        """Return the students whom Canvas may call `name`; those whose family name is known come first."""
        key = self._compact(name)
        return self._sortable.get(key) or self._splits.get(key, set())


def _shares_word(entry: RosterEntry, identity: Identity) -> bool:
    """Return whether the submission's name contains a word of the student's name, ignoring accents."""
    words = normalize_name(entry.name).replace(",", " ").split()
    return any(
        letters in _letters(identity.name, reading)
        for reading in READINGS
        for word in words
        if (letters := _letters(word, reading))
    )


def _letters(name: str, reading: Mapping[int, str]) -> str:
    """Return the letters of a name without accents, in one of READINGS."""
    return without_accents(compact_name(name).translate(reading))


def fold_key(key: str) -> str:
    """Return an id, login or e-mail address without what does not matter: letter case and Unicode form."""
    return unicodedata.normalize("NFKC", key.strip().casefold())


def _match_key(key: str) -> str:
    """Return an id, login or e-mail address normalized; spreadsheets drop the leading zeros of numbers."""
    folded = fold_key(key)
    return folded.lstrip("0") or folded if folded.isdecimal() else folded


def _name_forms(name: str) -> set[str]:
    """Return the forms `doe, jo` and `jo doe` of a name. The last word is taken as the family name."""
    plain = normalize_name(name)
    if "," in plain:
        last, _, first = (part.strip() for part in plain.partition(","))
        return {f"{last}, {first}", f"{first} {last}"}
    first, _, last = plain.rpartition(" ")
    return {plain, f"{last}, {first}"} if first else {plain}


def _splits(name: str) -> set[str]:
    """Return a name with its last words moved to the front, for each number of words in a family name."""
    last, comma, first = normalize_name(name).partition(",")
    words = f"{first} {last}".split() if comma else last.split()
    return {" ".join((*words[start:], *words[:start])) for start in range(len(words))}
