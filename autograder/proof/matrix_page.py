"""The proof's matrix as one self-contained page."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, select_autoescape

from .prove import Matrix


def matrix_page(matrix: Matrix) -> str:
    """HTML with every known answer against every check; no script, no request to anywhere."""
    templates = Environment(loader=PackageLoader("autograder.proof"), autoescape=select_autoescape())
    return templates.get_template("matrix.html").render(matrix=matrix, kit=matrix.kit)
