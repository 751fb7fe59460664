"""The proofs that held on this machine."""

from __future__ import annotations

from autograder.cache import cache_folder
from autograder.proof.record import ProofRecords


def proofs() -> ProofRecords | None:
    """Where they are kept; None where nothing can be."""
    folder = cache_folder("proofs")
    return ProofRecords(folder) if folder else None
