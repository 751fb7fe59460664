"""What a student installs: ranges, so that Colab, Windows and Macs find a version that suits them."""

from __future__ import annotations

from importlib import metadata

from packaging.requirements import Requirement

DISTRIBUTION = "weekly-kits"
# What submissions may import beside the standard library, by what brings it; pytest runs the checks,
# the other two the notebook.
FOR_STUDENTS = {
    "ipykernel": (),
    "matplotlib": ("matplotlib",),
    "numpy": ("numpy",),
    "otter-grader": (),
    "pandas": ("pandas",),
    "pytest": (),
    "scikit-learn": ("sklearn",),
    "tensorflow": ("tensorflow", "keras"),
}
# What a submission may import, beside the standard library and the given code.
IMPORTS = tuple(sorted(name for names in FOR_STUDENTS.values() for name in names))


def requirements() -> str:
    """The text of `requirements.txt`: the ranges that the project itself declares."""
    project = metadata.metadata(DISTRIBUTION)
    declared = map(Requirement, metadata.requires(DISTRIBUTION) or [])
    ranges = {requirement.name: str(requirement.specifier) for requirement in declared}
    lines = [f"# For Python {project['Requires-Python']}."]
    return "\n".join(lines + [f"{name}{ranges[name]}" for name in FOR_STUDENTS]) + "\n"
