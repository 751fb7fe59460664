"""Examine one submission against all checks of a kit, in a warm process."""
