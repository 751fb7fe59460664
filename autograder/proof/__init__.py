"""Proof that a kit's checks are right: known right and known wrong answers against every check."""
