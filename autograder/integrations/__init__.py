"""Integrations with other grading systems: Otter, nbgrader and Gradescope."""
