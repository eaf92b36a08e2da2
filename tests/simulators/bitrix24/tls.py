"""TLS in front of a loopback server, for public clients that insist on https and on the vendor's hosts.

`Tunnel` is an HTTP proxy that knows only CONNECT: whatever host is asked for, it ends TLS itself with the given
certificate and passes the bytes to one plain loopback port. Clients stay unmodified: `requests` takes the proxy from
HTTPS_PROXY and the certificate from REQUESTS_CA_BUNDLE.
"""

from __future__ import annotations

import select
import socket
import ssl
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_BLOCK = 65536


def certificate(folder: Path, *hosts: str) -> tuple[Path, Path]:
    """A self-signed certificate for the hosts and its key, made by `openssl` for this run only."""
    chain, key = folder / "cert.pem", folder / "key.pem"
    names = ",".join(f"DNS:{host}" for host in hosts)
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(chain), "-days", "2", "-subj", "/CN=loopback"]
    subprocess.run([*command, "-addext", f"subjectAltName={names}"], check=True, capture_output=True)
    return chain, key


class Tunnel:
    """The proxy, from `with` to the end of the block."""

    def __init__(self, port: int, chain: Path, key: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        self._httpd = ThreadingHTTPServer(("127.0.0.1", 0), _handler(port, context))
        self._httpd.daemon_threads = True
        self._thread = Thread(target=self._httpd.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._httpd.server_address[1]}"

    def __enter__(self) -> Tunnel:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._httpd.shutdown()
        self._httpd.server_close()
        self._thread.join(5)


def _handler(port: int, context: ssl.SSLContext) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_CONNECT(self) -> None:
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with (
                context.wrap_socket(self.connection, server_side=True, suppress_ragged_eofs=True) as near,
                socket.create_connection(("127.0.0.1", port)) as far,
            ):
                _exchange(near, far)

        def finish(self) -> None:
            """The connection is closed already: TLS took it over."""

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test output quiet."""

    return Handler


def _exchange(near: ssl.SSLSocket, far: socket.socket) -> None:
    """Pass bytes until one side ends; TLS may hold bytes that `select` does not see."""
    while True:
        ready = [near] if near.pending() else select.select([near, far], [], [], 10)[0]
        if not ready:
            return
        for source in ready:
            data = source.recv(_BLOCK)
            if not data:
                return
            (far if source is near else near).sendall(data)
