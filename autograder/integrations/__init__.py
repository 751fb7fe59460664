"""Integrate the examiner with other grading systems: Otter, nbgrader, Gradescope and GitHub Classroom."""
