"""Prove that a kit's checks are right."""
