"""A class folder to fill with real files and to find submissions in."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from autograder.models import Submission
from autograder.submissions.assignment import Assignment
from autograder.submissions.discovery import ClassFolder, FoundSubmission, find_class


class Room:
    """A class folder under construction, for the kit `week01_toy` with its module `toy`."""

    answer = "def double(x):\n    return 2 * x\n"
    stub = 'def double(x):\n    """Return twice x."""\n    raise NotImplementedError\n'

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()

    def put(self, name: str, content: str | bytes = answer, modified: float = 1_000_000_000) -> Path:
        """Write a file, with its folders, that was changed at `modified`."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (modified, modified))
        return path

    def zip(self, name: str, *members: str, modified: float = 1_000_000_000) -> Path:
        """Write a zip in which every member is an answer."""
        return self.zip_of(name, dict.fromkeys(members, self.answer), modified)

    def zip_of(self, name: str, members: Mapping[str, str | bytes], modified: float = 1_000_000_000) -> Path:
        """Write a zip with these members."""
        path = self.put(name, b"")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                info = zipfile.ZipInfo(member, (2026, 11, 23, 10, 0, 0))
                archive.writestr(info, content, zipfile.ZIP_DEFLATED)
        os.utime(path, (modified, modified))
        return path

    def notebook(self, *cells: str) -> str:
        """The text of a notebook with these code cells."""
        code = [{"cell_type": "code", "metadata": {}, "source": cell} for cell in cells]
        return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": code})

    def find_class(self, below: str = ".", *, is_class_zip: bool = False) -> ClassFolder:
        """Find the class, or something in it."""
        assignment = Assignment("week01_toy", "toy", frozenset({"given.py"}))
        found = find_class(self.path / below, assignment, is_class_zip=is_class_zip)
        students = [each.student for each in found.submissions]
        assert students == sorted(set(students))
        return found

    def found(self, below: str = ".", *, is_class_zip: bool = False) -> dict[str, FoundSubmission]:
        """Return what is found of the class, or of something in it, by student."""
        found = self.find_class(below, is_class_zip=is_class_zip).submissions
        return {each.student: each for each in found}

    def ignored(self) -> list[str]:
        """Return the remarks about files that are nobody's."""
        return [file.text for file in self.find_class().ignored]

    def review(self, student: str) -> dict[str, str]:
        """Return the reasons to look at a student's submission, with their texts."""
        return {note.reason.value: note.text for note in self.read()[student].review}

    def read(self, below: str = ".", *, is_class_zip: bool = False) -> dict[str, Submission]:
        """Return every student's submission."""
        found = self.found(below, is_class_zip=is_class_zip)
        return {student: submission.read() for student, submission in found.items()}

    def files(self, below: str = ".", *, is_class_zip: bool = False) -> dict[str, list[str]]:
        """Return the names of the files that were read, for every student."""
        read = self.read(below, is_class_zip=is_class_zip)
        return {student: [file.name for file in own.files] for student, own in read.items()}

    def problem(self, student: str) -> str:
        """Why a student's submission cannot be read."""
        submission = self.read()[student]
        assert submission.problem
        assert not submission.files
        return submission.problem


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "room")
