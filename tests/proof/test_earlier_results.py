"""A proof is remembered for exactly what it was a proof of."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.kit import Kit
from autograder.models import Status
from autograder.proof.earlier_results import ProofRecords, ResultStore, StoredReport
from autograder.proof.prove import Proof
from autograder.proof.verdict import Matrix


@pytest.fixture
def proof(toy: Kit) -> Proof:
    """A proof that holds."""
    return Proof(Matrix(toy, (), {}), ())


@pytest.fixture
def records(tmp_path: Path) -> ProofRecords:
    return ProofRecords(tmp_path / "proofs")


def test_a_proof_that_holds_is_remembered(
    records: ProofRecords, proof: Proof, toy_root: Path, toy: Kit
) -> None:
    assert not records.holds(toy_root, toy)
    records.keep(toy_root, toy, proof)
    assert records.holds(toy_root, toy)


def test_one_with_problems_is_not(records: ProofRecords, proof: Proof, toy_root: Path, toy: Kit) -> None:
    records.keep(toy_root, toy, replace(proof, problems=("A check missed a mistake.",)))
    assert not records.holds(toy_root, toy)


@pytest.mark.parametrize(
    "name",
    [
        "solutions/sums/mistakes.py",
        "solutions/sums/sums.py",
        "solutions/sums/inputs/numbers.json",
        "autograder/kits/sums/test_hidden.py",
        "autograder/kits/sums/kit.toml",
    ],
)
def test_any_change_of_the_kit_asks_for_a_new_one(
    name: str, records: ProofRecords, proof: Proof, toy_root: Path, toy: Kit
) -> None:
    """Of its known answers, too, which are no part of the kit's version."""
    records.keep(toy_root, toy, proof)
    path = toy_root / name
    path.write_text(path.read_text() + "\n")
    assert not records.holds(toy_root, toy)
    path.write_text(path.read_text()[:-1])
    assert records.holds(toy_root, toy)


STORED = StoredReport(Status.GRADED, {}, (), {"add": "digest"})


def test_a_stored_report_is_found_again(tmp_path: Path) -> None:
    with closing(ResultStore(tmp_path / "results.sqlite")) as store:
        store.put("key", STORED)
        assert store.get("key") == STORED
        assert store.get("other") is None


@pytest.mark.parametrize(
    "damage", ["UPDATE reports SET report = 'x'", "UPDATE reports SET report = '{}'", "DROP TABLE reports"]
)
def test_a_damaged_report_counts_as_missing(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "results.sqlite"
    with closing(ResultStore(path)) as store:
        store.put("key", STORED)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute(damage)
        assert store.get("key") is None
        store.put("key", STORED)
