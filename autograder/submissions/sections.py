"""Recognize the sections of a class by the names of folders, and of the files in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from .assignment import Assignment, NameMatch
from .folders import Entry, Folder, readable

MAX_NAME = 200
MAX_NAMED = 5
# Words for a part of a class in English, German, French, Spanish and Dutch.
_SECTION = (
    "section|sección|sectie|sec|group|gruppe|grupo|groupe|groep|tutorial|tutorium|tutorat|tutoría|tut"
    "|lab|labor|class|klasse|clase|classe|klas|übung|seminar|seminario|séminaire|kurs|course|cours|curso|cursus"
)
# One of them begins the name, or is a word in it; short ones are whole words.
_SECTION_NAME = re.compile(
    rf"(?:{_SECTION})[\W_]*\w{{0,12}}"
    rf"|(?:.*[\W\d_])?(?:{_SECTION}|[^\W\d_]{{1,20}}gruppe|werkgroep|practicum|praktikum|ta|td|tp)(?:[\W\d_].*)?",
    re.IGNORECASE | re.DOTALL,
)
# Words in the names of files and folders that one person makes beside an answer.
_NO_PERSON = frozenset(
    {
        *("part", "teil", "task", "question", "q", "ex", "problem", "step", "test", "tests", "example"),
        *("demo", "util", "utils", "helper", "helpers", "function", "functions", "lib", "tool", "tools"),
        *("module", "common", "base", "core", "config", "settings", "constants", "types", "io", "my"),
        *("the", "code", "src", "data", "dataset", "load", "loader", "preprocess", "preprocessing"),
        *("features", "plot", "plots", "plotting", "model", "models", "net", "network", "layer", "layers"),
        *("train", "training", "fit", "eval", "evaluate", "evaluation", "predict", "experiment"),
        *("experiments", "run", "script", "scripts", "notebook", "note", "notes", "draft", "drafts"),
        *("scratch", "old", "alt", "backup", "archive", "debug", "try", "tries", "attempt", "attempts"),
        *("original", "output", "results", "sub", "temp", "tmp"),
    }
)


def is_section_name(name: str) -> bool:
    """Return whether a folder's name has a word for a part of a class."""
    return _SECTION_NAME.fullmatch(unicodedata.normalize("NFC", name[:MAX_NAME])) is not None


def are_sections(folders: Sequence[Folder], assignment: Assignment) -> bool:
    """Return whether every folder holds files of several people, and nobody has files in two folders."""
    people: list[frozenset[str]] = []
    for folder in folders:
        names = _people(_file_stems(folder, assignment), assignment)
        if not names:
            return False
        people += names
    return len(folders) > 1 and len(set(people)) == len(people)


def people_in(folder: Folder, assignment: Assignment) -> list[str]:
    """Return the names of files or folders in a folder that seem to be those of several people."""
    stems = _file_stems(folder, assignment)
    if any(assignment.name_match(stem) is NameMatch.EQUAL for stem in stems):
        return []
    inner = [each for each in readable(folder) if isinstance(each, Folder) and assignment.has_answer(each)]
    names = {*stems, *(each.name for each in inner)}
    return sorted(names) if _people(names, assignment) else []


def are_parts(entries: Sequence[Entry], assignment: Assignment) -> bool:
    """Return whether the answers are parts of one person's work, such as `part1.py` and `part2.py`."""
    words = [_words(entry.name.rpartition(".")[0]) for entry in entries if assignment.is_answer(entry)]
    return bool(words) and all(each & _NO_PERSON for each in words)


def _file_stems(folder: Folder, assignment: Assignment) -> list[str]:
    files = [each for each in readable(folder) if not isinstance(each, Folder)]
    return [each.stem for each in files if each.is_zip or assignment.is_answer(each)]


def _people(stems: Iterable[str], assignment: Assignment) -> set[frozenset[str]]:
    """Return the names, each as a set of words, if all of them may be people's, else an empty set.

    They are not people's if one of them is the name of the module or of a helper, or a version of another.
    """
    words = {stem: _words(assignment.rest_of_name(stem)) for stem in stems}
    names = set(words.values())
    has_module = any(assignment.name_match(stem) is NameMatch.EQUAL for stem in words)
    if has_module or len(names) < 2 or len(names) < len(words):
        return set()
    if any(not name or name & _NO_PERSON or len("".join(name)) < 2 for name in names):
        return set()
    has_version = any(one < other for one in names for other in names)
    return set() if has_version else names


def _words(name: str) -> frozenset[str]:
    """Return the words of a name, without a short number at the end of a word: `part2` is `part`.

    A longer number may be a student's id, so it stays.
    """
    plain = unicodedata.normalize("NFC", name[:MAX_NAME]).casefold()
    words = (re.sub(r"(?<!\d)\d{1,3}$", "", word) for word in re.split(r"[\W_]+", plain))
    return frozenset(word for word in words if word)
