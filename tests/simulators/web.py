"""What both simulators share: a request, an answer, a real HTTP server and an in-process transport.

A simulator is an `Application`: it knows nothing of sockets. `Server` puts it on a loopback port as a real
HTTP/1.1 server; `transport` lets an httpx client reach it without one (for runs of many thousand deliveries).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

import httpx


@dataclass(frozen=True)
class Request:
    """One HTTP request as it came: path and query are undecoded, header names are lower-case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    client: str = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `cut` is a number of body bytes after which the connection breaks."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None


class Dropped(Exception):
    """The connection ends without an answer; what the application did before raising it stays done."""


class Application(Protocol):
    def respond(self, request: Request) -> Answer:
        """Answer one request, or raise `Dropped`."""


class Server:
    """An application on a loopback port, from `with` to the end of the block (or `start` to `stop`)."""

    def __init__(self, application: Application, port: int = 0) -> None:
        self._httpd = _Loopback(("127.0.0.1", port), _handler_for(application))
        self._thread = threading.Thread(target=self._httpd.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._httpd.server_address[1]}"

    def start(self) -> Server:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._httpd.shutdown()
        self._httpd.server_close()
        self._thread.join(5)

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def transport(application: Application) -> httpx.MockTransport:
    """Reach the application from httpx without a socket; a dropped connection looks as over a real one."""

    def handle(request: httpx.Request) -> httpx.Response:
        try:
            answer = application.respond(_from_httpx(request))
        except Dropped:
            raise httpx.RemoteProtocolError("server disconnected without sending a response", request=request) from None
        if answer.cut is not None:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete body", request=request)
        return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body, request=request)

    return httpx.MockTransport(handle)


def _from_httpx(request: httpx.Request) -> Request:
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.method, path, query, headers, request.read())


_BULK = 65_536


class _Loopback(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def _body(request: BaseHTTPRequestHandler) -> bytes:
    if request.headers.get("Transfer-Encoding", "").lower() == "chunked":
        return b"".join(iter(lambda: _chunk(request), b""))
    length = int(request.headers.get("Content-Length") or 0)
    return request.rfile.read(length) if length else b""


def _chunk(request: BaseHTTPRequestHandler) -> bytes:
    size = int(request.rfile.readline().partition(b";")[0], 16)
    data = request.rfile.read(size)
    request.rfile.readline()
    return data


def _handler_for(application: Application) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            try:
                answer = application.respond(self._request())
            except Dropped:
                self.close_connection = True
                return
            self._send(answer)

        def _request(self) -> Request:
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            return Request(self.command, path, query, headers, _body(self), self.client_address[0])

        def _send(self, answer: Answer) -> None:
            # One write for head and body: two small writes cost a delayed acknowledgement each; bulk is not copied.
            lines = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('', ''))[0]}"]
            lines += [f"{name}: {value}" for name, value in answer.headers.items()]
            lines.append(f"Content-Length: {len(answer.body)}")
            head = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")
            body = b"" if self.command == "HEAD" else answer.body
            if answer.cut is not None:
                body, self.close_connection = body[: answer.cut], True
            for piece in (head, body) if len(body) > _BULK else (head + body,):
                self.wfile.write(piece)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test output quiet."""

    return Handler
