"""Implement the student's commands: check, watch, hint and pack."""
