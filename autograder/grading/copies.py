"""Submissions that are the same as somebody else's, for a person to look at."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from autograder.records import Report, Submission


def hashes(contents: Iterable[bytes]) -> set[str]:
    """What files say, hashed, whatever their line ends and last empty lines."""
    stripped = (b"\n".join(line.rstrip() for line in content.rstrip().splitlines()) for content in contents)
    return {hashlib.sha256(text).hexdigest() for text in stripped}


def fingerprint(submission: Submission, handout: Collection[str]) -> str:
    """A hash of what the files say, whatever their names; "" where nothing is.

    Files whose hash is in `handout`, which everybody has, do not count.
    """
    own = hashes(file.content for file in submission.files).difference(handout)
    return hashlib.sha256(b"".join(map(bytes.fromhex, sorted(own)))).hexdigest() if own else ""


def copies(fingerprints: Mapping[str, str], reports: Mapping[str, Report]) -> dict[str, list[str]]:
    """Students who handed in the same as others, with these others; both arguments are by student.

    An untouched handout is the same for everybody and says nothing: something must have been attempted.
    """
    same = defaultdict(list)
    for student, report in sorted(reports.items()):
        if fingerprints.get(student) and any(check.outcome != "not_attempted" for check in report.checks):
            same[fingerprints[student]].append(student)
    return {
        student: [other for other in students if other != student]
        for students in same.values()
        for student in students
        if len(students) > 1
    }
