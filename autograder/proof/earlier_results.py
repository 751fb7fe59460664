"""Keep what a proof found, so that the next one skips what nothing has changed since.

The proof of a kit holds for its files, its known answers, the engine and the installed versions. The result
of one known answer is reused if the answer's text, the code of its task's checks, the inputs and settings,
the engine and the installed versions are the same. Points, hints and sentences are taken from the present
checks. A message of a check whose wording has changed is left out, and the report is marked as outdated.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Self

import msgspec

import autograder

from ..checks.environment import describe, engine_sha256
from ..checks.results import make_result
from ..files import sha256_of_parts, write_atomic
from ..kit import SETTINGS, Kit
from ..models import CheckResult, NetworkRecord, Outcome, Report, Status
from .check_code import CheckCode, without_docstrings

if TYPE_CHECKING:  # `prove` imports this module
    from .prove import Proof

# The packages that take no part in a proof. Paths are relative to the engine's folder.
NOT_INVOLVED = ("kits/", "cli/", "handback/", "integrations/", "release/", "reports/", "review/", "student/")
# Keys of kit.toml that decide no result.
FOR_PEOPLE = frozenset({"title", "dates", "late", "feedback", "calibrated", "picture"})
# Outcomes that depend on the machine's load: kept only where they were expected.
UNCERTAIN = frozenset({Outcome.TIMED_OUT, Outcome.CRASHED})
DAY = 24 * 3600
KEPT_DAYS = 30


class ProofRecords:
    """A folder with one small file for each successful proof, named after the kit and its `fingerprint`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def holds(self, root: Path, kit: Kit) -> bool:
        """Return whether the kit is proven in its current state."""
        return self._path(root, kit).is_file()

    def keep(self, root: Path, kit: Kit, proof: Proof) -> None:
        """Store a proof; one with problems is not stored."""
        if not proof.problems:
            found, mutants = proof.matrix.detected()
            data = {"kit": kit.slug, "kit_version": kit.version, "noticed": found, "mutants": mutants}
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomic(self._path(root, kit), json.dumps(data) + "\n")

    def _path(self, root: Path, kit: Kit) -> Path:
        return self._folder / f"{kit.slug}-{fingerprint(root, kit)}.json"


def fingerprint(root: Path, kit: Kit) -> str:
    """Return 32 hexadecimal digits that change with anything that a proof depends on."""
    files = (*_kit_sources(root, kit), *_engine_code(Path(autograder.__file__).parent))
    contents = [part for name, path in files for part in (name.encode(), path.read_bytes())]
    environment = describe(kit, "")
    versions = [environment.python, environment.tensorflow, environment.keras, environment.numpy]
    return sha256_of_parts([*contents, json.dumps(versions).encode()])[:32]


def _kit_sources(root: Path, kit: Kit) -> Iterator[tuple[str, Path]]:
    """Yield all sources of a kit."""
    for tree in (root / "autograder" / "kits" / kit.slug, root / "solutions" / kit.slug):
        for path in sorted(tree.rglob("*")):
            parts = path.relative_to(tree).parts
            generated = parts == Path(SETTINGS).parts  # from kit.toml
            if path.is_file() and not generated and not any(part.startswith((".", "__")) for part in parts):
                yield path.relative_to(root).as_posix(), path


def _engine_code(engine: Path) -> Iterator[tuple[str, Path]]:
    """Yield the engine's code that takes part in a proof."""
    for path in sorted(engine.rglob("*.py")):
        name = path.relative_to(engine).as_posix()
        if not name.startswith(NOT_INVOLVED):
            yield name, path


@dataclass(frozen=True)
class AnswerReport:
    """The part of a report that a proof needs. `replies` are the digests of replies by task.

    It is `outdated` if it lacks the messages of checks that are worded differently now.
    """

    status: Status
    checks: tuple[CheckResult, ...]
    networks: tuple[NetworkRecord, ...] = ()
    replies: Mapping[str, str] = field(default_factory=dict)
    outdated: bool = False

    @classmethod
    def from_report(cls, report: Report) -> Self:
        """Return the relevant part of a report."""
        return cls(report.status, report.checks, report.networks, report.replies)

    def of_tasks(self, tasks: Collection[str]) -> AnswerReport:
        """Return the part about some tasks."""
        return AnswerReport(
            self.status,
            tuple(result for result in self.checks if result.task in tasks),
            tuple(network for network in self.networks if network.task in tasks),
            {task: digest for task, digest in self.replies.items() if task in tasks},
        )

    @staticmethod
    def joined(reports: Iterable[AnswerReport], kit: Kit) -> AnswerReport:
        """Return one report of several about different tasks, with the checks in the kit's order."""
        parts = list(reports)
        results = {result.name: result for part in parts for result in part.checks}
        worst = next((part.status for part in parts if part.status != Status.GRADED), Status.GRADED)
        networks = {network.task: network for part in parts for network in part.networks}
        return AnswerReport(
            worst,
            tuple(results[check.name] for check in kit.checks if check.name in results),
            tuple(networks[task] for task in kit.tasks if task in networks),
            {task: digest for part in parts for task, digest in part.replies.items()},
        )


class StoredResult(msgspec.Struct, frozen=True):
    """The result of one check; `wording` is the digest of the texts that its message was made of."""

    outcome: Outcome
    message: str
    seconds: float
    wording: str


class StoredReport(msgspec.Struct, frozen=True):
    """The results of one task of one submission, by check."""

    status: Status
    results: dict[str, StoredResult]
    networks: tuple[NetworkRecord, ...]
    replies: dict[str, str]


class ResultStore:
    """A database of stored reports by key, shared by all kits. It forgets what was not used for a month.

    What cannot be read or written counts as missing: the answer is then examined again.
    """

    def __init__(self, path: Path) -> None:
        """Open the database, and create it if needed. Raises sqlite3.Error."""
        self._database = sqlite3.connect(path, timeout=60, check_same_thread=False, isolation_level=None)
        self._lock = Lock()
        with closing(self._database.cursor()) as cursor:
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS reports (key TEXT PRIMARY KEY, report BLOB, used REAL)"
            )
            # Faster. A crash of the system may damage the database.
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.execute("DELETE FROM reports WHERE used < ?", (time.time() - KEPT_DAYS * DAY,))

    def get(self, key: str) -> StoredReport | None:
        """Return the report stored under `key`, or None."""
        with suppress(sqlite3.Error, msgspec.DecodeError), self._lock:
            row = self._database.execute("SELECT report FROM reports WHERE key = ?", (key,)).fetchone()
            if row is not None:
                self._database.execute("UPDATE reports SET used = ? WHERE key = ?", (time.time(), key))
                return msgspec.json.decode(row[0], type=StoredReport)
        return None

    def put(self, key: str, report: StoredReport) -> None:
        """Store a report, if possible."""
        row = (key, msgspec.json.encode(report), time.time())
        with suppress(sqlite3.Error), self._lock:
            self._database.execute("INSERT OR REPLACE INTO reports VALUES (?, ?, ?)", row)

    def close(self) -> None:
        """Close the database."""
        self._database.close()


class KnownResults:
    """The results of earlier proofs of a kit at an isolation level. Without a store, nothing is known."""

    def __init__(self, kit: Kit, isolation: str, store: ResultStore | None) -> None:
        self._kit = kit
        self._isolation = isolation
        self._store = store

    def find(self, text: str, fail_fast: bool, tasks: Collection[str]) -> dict[str, AnswerReport]:
        """Return what is known of a submission with this text, by task."""
        if self._store is None:
            return {}
        stored = ((task, self._store.get(key)) for task, key in self._keys(text, fail_fast, tasks).items())
        return {task: self._report(each, task) for task, each in stored if each is not None}

    def keep(
        self, text: str, fail_fast: bool, tasks: Collection[str], report: AnswerReport, expected: bool
    ) -> None:
        """Store the results of a submission by task. `expected` says whether it ended as it should."""
        if self._store is None or report.status == Status.GRADER_ERROR:
            return
        for task, key in self._keys(text, fail_fast, tasks).items():
            part = report.of_tasks([task])
            outcomes = {result.outcome for result in part.checks}
            if expected or (report.status == Status.GRADED and not outcomes & UNCERTAIN):
                self._store.put(key, self._stored(part))

    def _keys(self, text: str, fail_fast: bool, tasks: Collection[str]) -> dict[str, str]:
        """Return the key of each task's results."""
        code = without_docstrings(text)
        answer = [self._basis, code.encode(), str(fail_fast).encode()]
        support = self._code.support_in(code)
        return {
            task: sha256_of_parts([*answer, task.encode(), self._code.logic(task, support).encode()])
            for task in tasks
        }

    def _stored(self, part: AnswerReport) -> StoredReport:
        results = {
            result.name: StoredResult(
                result.outcome, result.message, result.seconds, self._wording[result.name]
            )
            for result in part.checks
        }
        return StoredReport(part.status, results, part.networks, dict(part.replies))

    def _report(self, stored: StoredReport, task: str) -> AnswerReport:
        checks = [check for check in self._kit.checks if check.task == task]
        results = [(check, stored.results[check.name]) for check in checks]
        reworded = {
            check.name
            for check, each in results
            if each.outcome == Outcome.FAILED and each.wording != self._wording[check.name]
        }
        return AnswerReport(
            stored.status,
            tuple(
                make_result(check, each.outcome, "" if check.name in reworded else each.message, each.seconds)
                for check, each in results
            ),
            stored.networks,
            stored.replies,
            bool(reworded),
        )

    @cached_property
    def _code(self) -> CheckCode:
        return CheckCode(self._kit)

    @cached_property
    def _wording(self) -> Mapping[str, str]:
        return {check.name: self._code.wording(check) for check in self._kit.checks}

    @cached_property
    def _basis(self) -> bytes:
        """A digest of what decides all results: engine, versions, inputs, settings and limits."""
        kit = self._kit
        environment = asdict(describe(kit, self._isolation))
        config = msgspec.to_builtins(kit.config)
        decisive = {key: value for key, value in config.items() if key not in FOR_PEOPLE}
        inputs = [
            part
            for name, content in sorted(kit.files.items())
            if name.startswith(("given/", "hidden/")) and not name.endswith(".py")
            for part in (name.encode(), content)
        ]
        texts = [engine_sha256(), json.dumps(environment), json.dumps(decisive, sort_keys=True, default=str)]
        return sha256_of_parts([*map(str.encode, texts), *inputs]).encode()
