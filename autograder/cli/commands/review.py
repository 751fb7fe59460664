"""Run `kit review`: serve the page until Ctrl-C, then write grades and pages."""

from __future__ import annotations

import socket
import webbrowser
from pathlib import Path

import typer
import uvicorn

from ...grading.overrides import OVERRIDES, OverridesError
from ...grading.storage import NoGradesError, StorageError
from ...review.decisions import ReviewSession
from ...review.queue import ReviewedClass
from ...review.server import HOST, make_app, new_token
from ..common import DID_NOT_HOLD, USED_WRONGLY, fail
from .report import find_pages_root


def run_review(
    grades: Path, overrides: Path | None, root: Path | None, who: str, port: int, *, browser: bool
) -> None:
    """Serve the review of a class, and write what was decided at the end."""
    pages_root = find_pages_root(root, grades)
    try:
        reviewed = ReviewedClass(grades, pages_root)
        recorded = reviewed.record.overrides
        file = overrides or (Path(recorded) if recorded else grades / OVERRIDES)
        session = ReviewSession(reviewed, file, who, pages_root)
        session.queue()
    except (NoGradesError, OverridesError) as error:
        fail(str(error), USED_WRONGLY)
    with _listen(port) as listening:
        token, port = new_token(), listening.getsockname()[1]
        address = f"http://{HOST}:{port}/{token}/"
        typer.echo(f"Review {len(reviewed.reports)} students, as {who}: {address}")
        typer.echo(f"Decisions are written to {file}. Ctrl-C ends the review and writes grades and pages.")
        if browser:
            webbrowser.open(address)
        _serve(session, token, port, listening)
    try:
        typer.echo(f"Class page: {session.finish()}")
    except (StorageError, OverridesError, OSError) as error:
        fail(f"The decisions are in {file}, but the grades are not written: {error}", DID_NOT_HOLD)


def _listen(port: int) -> socket.socket:
    """Return a socket on this computer's own address; with port 0, on any that is free."""
    listening = socket.socket()
    try:
        listening.bind((HOST, port))
        listening.listen()  # so that the address works as soon as it is printed
    except OSError as error:
        listening.close()
        fail(f"Port {port} cannot be used: {error.strerror}. Choose another --port.", USED_WRONGLY)
    return listening


def _serve(session: ReviewSession, token: str, port: int, listening: socket.socket) -> None:
    config = uvicorn.Config(
        make_app(session, token, port), log_level="warning", access_log=False, lifespan="off", ws="none"
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        return
