"""Serve the review on this computer alone.

Every address begins with a secret token, and requests that another page could have caused are refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from ..grading.overrides import OverridesError
from ..grading.storage import StorageError
from .decisions import DecisionForm, FormError, ReviewSession, UndoError
from .pages import entry_page, message_page, queue_page
from .queue import Entry, next_open

HOST = "127.0.0.1"
MAX_FORM_BYTES = 100_000
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
# Values of `Sec-Fetch-Site` in a request that no other page has caused.
OWN_SITES = (None, "same-origin", "none")
SEE_OTHER = 303

Handler = Callable[[Request], Awaitable[Response]]


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(24)


def make_app(session: ReviewSession, token: str, port: int) -> Starlette:
    """Return the application for a server on `port` of this computer."""
    pages = _Pages(session, f"/{token}")
    routes = [
        Route("/", pages.queue, name="queue"),
        Route("/entry/{id}", pages.entry),
        Route("/entry/{id}", pages.decide, methods=["POST"]),
        Route("/undo", pages.undo, methods=["POST"]),
        Route("/names", pages.names, methods=["POST"]),
        Route("/finish", pages.finish, methods=["POST"]),
        Route("/{name}", _static),
    ]
    return Starlette(
        routes=[Mount(f"/{token}", routes=routes)],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=_only_from(port))],
    )


def _only_from(port: int) -> Callable[[Request, Handler], Awaitable[Response]]:
    """Return a filter that refuses requests with another host, or caused by another page."""
    hosts = {f"{HOST}:{port}", f"localhost:{port}"}

    async def dispatch(request: Request, call_next: Handler) -> Response:
        headers = request.headers
        host, origin = headers.get("host"), headers.get("origin")
        own_origin = {None, f"http://{host}"} if request.method == "GET" else {f"http://{host}"}
        if host not in hosts or origin not in own_origin or headers.get("sec-fetch-site") not in OWN_SITES:
            return PlainTextResponse("Refused: open the address that `kit review` printed.", 403)
        response = await call_next(request)
        response.headers.update(HEADERS)
        return response

    return dispatch


async def _static(request: Request) -> Response:
    """Return the style sheet or the script."""
    kinds = {"style.css": "text/css", "script.js": "text/javascript"}
    name = request.path_params["name"]
    if name not in kinds:
        return PlainTextResponse("There is no such page.", 404)
    text = files("autograder.review").joinpath("html", name).read_text(encoding="utf-8")
    return Response(text, media_type=kinds[name])


class _Pages:
    """The handlers of all addresses below `root`."""

    def __init__(self, session: ReviewSession, root: str) -> None:
        self._session = session
        self._root = root

    async def queue(self, request: Request) -> Response:
        """Show the queue."""
        try:
            return HTMLResponse(queue_page(self._session, request.query_params))
        except OverridesError as error:
            return self._problem(error)

    async def entry(self, request: Request) -> Response:
        """Show one entry, with the student in the query, or else the first."""
        try:
            entry = self._entry(request)
            return HTMLResponse(entry_page(self._session, entry, self._student(request, entry)))
        except LookupError:
            return PlainTextResponse("There is no such entry.", 404)
        except OverridesError as error:
            return self._problem(error)

    async def decide(self, request: Request) -> Response:
        """Save a decision, and go on to the next entry if this one is finished."""
        fields: Mapping[str, str] = {}
        try:
            entry = self._entry(request)
            student = self._student(request, entry)
            fields = await _fields(request)
            form = DecisionForm.read(fields, student)
            self._session.decide(form.decisions(entry, self._session.reviewed.max_points))
        except LookupError:
            return PlainTextResponse("There is no such entry.", 404)
        except FormError as error:
            page = entry_page(self._session, entry, student, error=str(error), fields=fields)
            return HTMLResponse(page, 422)
        except (OverridesError, OSError) as error:
            return self._problem(error)
        if not form.is_finished:
            return self._see(f"/entry/{entry.id}?member={self._session.reviewed.numbers[student]}")
        following = next_open(self._session.queue(), entry)
        return self._see(f"/entry/{following.id}" if following else "/")

    async def undo(self, request: Request) -> Response:
        """Take back the last decision."""
        try:
            self._session.undo()
        except (UndoError, OSError) as error:
            return self._problem(error)
        return self._back(request)

    async def names(self, request: Request) -> Response:
        """Hide names, or show them."""
        self._session.names_hidden = not self._session.names_hidden
        return self._back(request)

    async def finish(self, request: Request) -> Response:
        """Write grades and pages."""
        try:
            page = self._session.finish()
        except (StorageError, OverridesError, OSError) as error:
            return self._problem(error)
        text = f"Grades, feedback pages and upload files now have all decisions. The class page is {page}."
        return HTMLResponse(message_page(self._session, "Written", text))

    def _entry(self, request: Request) -> Entry:
        found = next((each for each in self._session.queue() if each.id == request.path_params["id"]), None)
        if found is None:
            raise LookupError
        return found

    def _student(self, request: Request, entry: Entry) -> str:
        """Return the student of the entry whose number is in the query, or else the first in the order."""
        numbers = self._session.reviewed.numbers
        in_order = sorted(entry.students, key=lambda student: numbers[student])
        wanted = request.query_params.get("member")
        return next((each for each in in_order if str(numbers[each]) == wanted), in_order[0])

    def _back(self, request: Request) -> Response:
        """Return to the page that the request came from, if it is one of this review."""
        _, _, path = request.headers.get("referer", "").partition(self._root)
        return self._see(path if path.startswith(("/entry/", "/?")) else "/")

    def _see(self, path: str) -> Response:
        return RedirectResponse(self._root + path, SEE_OTHER)

    def _problem(self, error: Exception) -> Response:
        return HTMLResponse(message_page(self._session, "That did not work", str(error)), 409)


async def _fields(request: Request) -> Mapping[str, str]:
    """Return the fields of a form. Raises FormError if it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise FormError("The form is too large.")
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
