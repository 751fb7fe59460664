"""A small server that speaks the part of Canvas' API that hands grades back, in its documented form."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "secret-of-a-teacher"
TEACHER = 1
PER_PAGE = 2
ASSIGNMENT = "/api/v1/courses/7/assignments/9"


class Canvas(ThreadingHTTPServer):
    """Course 7 with assignment 9. Every change is refused once `changes_left` of them were made."""

    daemon_threads = True

    def __init__(self, students: dict[int, dict[str, str]], points: float = 10) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.points = points
        self.changes: list[tuple[int, str, str]] = []
        self.changes_left = 1_000
        self.files: dict[int, tuple[str, bytes]] = {}
        self.submissions: dict[int, dict[str, Any]] = {
            user: {
                "user_id": user,
                "assignment_id": 9,
                "score": None,
                "entered_score": None,
                "excused": False,
                "submission_comments": [],
                "user": {"id": user, **names},
            }
            for user, names in students.items()
        }

    def change(self, user: int, form: dict[str, list[str]]) -> dict[str, Any]:
        """Grade or comment on a submission."""
        submission = self.submissions[user]
        for name, values in form.items():
            self.changes.append((user, name, values[0]))
        if "submission[posted_grade]" in form:
            submission["score"] = submission["entered_score"] = float(form["submission[posted_grade]"][0])
        text, files = form.get("comment[text_comment]"), form.get("comment[file_ids][]")
        if text or files:
            submission["submission_comments"].append(
                {
                    "author_id": TEACHER,
                    "comment": text[0] if text else "",
                    "attachments": [{"display_name": self.files[int(each)][0]} for each in files or ()],
                }
            )
        return submission


@contextmanager
def running(canvas: Canvas) -> Iterator[Canvas]:
    """Serve until the end of the block."""
    thread = threading.Thread(target=canvas.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield canvas
    finally:
        canvas.shutdown()
        thread.join()
        canvas.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Canvas

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if found := re.fullmatch(r"/files/(\d+)", address.path):
            name, content = self.server.files[int(found[1])]
            self._answer({"id": int(found[1]), "url": "…", "display_name": name, "size": len(content)})
        elif not self._is_allowed():
            return
        elif address.path == "/api/v1/courses/7":
            self._answer({"id": 7, "name": "Deep learning"})
        elif address.path == ASSIGNMENT:
            self._answer({"id": 9, "course_id": 7, "name": "Sums", "points_possible": self.server.points})
        elif address.path == f"{ASSIGNMENT}/submissions":
            self._list(int(parse_qs(address.query).get("page", ["1"])[0]), address.query)
        else:
            self._answer({"errors": [{"message": "The specified resource does not exist."}]}, 404)

    def do_PUT(self) -> None:
        form = parse_qs(self._body().decode())
        if not self._is_allowed():
            return
        if self.server.changes_left == 0:
            self._answer({"errors": [{"message": "An error occurred."}]}, 500)
            return
        self.server.changes_left -= 1
        found = re.fullmatch(rf"{ASSIGNMENT}/submissions/(\d+)", self.path)
        assert found, self.path
        self._answer(self.server.change(int(found[1]), form))

    def do_POST(self) -> None:
        body = self._body()
        if self.path == "/upload":
            assert "Authorization" not in self.headers
            self._store(body)
        elif self._is_allowed():
            assert re.fullmatch(rf"{ASSIGNMENT}/submissions/\d+/comments/files", self.path), self.path
            form = parse_qs(body.decode())
            parameters = {"key": "a place", "filename": form["name"][0], "size": form["size"][0]}
            self._answer({"upload_url": f"{self.server.url}/upload", "upload_params": parameters})

    def _list(self, page: int, query: str) -> None:
        assert "include%5B%5D=submission_comments" in query
        assert "include%5B%5D=user" in query
        every = list(self.server.submissions.values())
        begin = (page - 1) * PER_PAGE
        links = {}
        if begin + PER_PAGE < len(every):
            more = re.sub(r"&?page=\d+", "", query)
            url = f"{self.server.url}{ASSIGNMENT}/submissions?{more}&page={page + 1}"
            links["Link"] = f'<{url}>; rel="next"'
        self._answer(every[begin : begin + PER_PAGE], headers=links)

    def _store(self, body: bytes) -> None:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = BytesParser(policy=HTTP).parsebytes(head + body)
        *fields, file = message.iter_parts()
        values = {part.get_param("name", header="content-disposition"): part.get_content() for part in fields}
        content = file.get_payload(decode=True)
        assert values["size"].strip() == str(len(content)), "the file comes last, and whole"
        number = 500 + len(self.server.files)
        self.server.files[number] = (values["filename"].strip(), content)
        self.send_response(303)
        self.send_header("Location", f"{self.server.url}/files/{number}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _is_allowed(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return True
        refused = {"errors": [{"message": "Invalid access token."}]}
        self._answer(refused, 401, {"WWW-Authenticate": 'Bearer realm="canvas-lms"'})
        return False

    def _answer(self, data: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
