"""The least an entry point can be that uses the same clients: each imported and used once, no code of ours."""

from __future__ import annotations

import os

import functions_framework
from flask import Request

_TABLE = "CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY, body BLOB)"


@functions_framework.http
def store(request: Request) -> str:
    """One durable write to a file of SQLite."""
    _keep(request.get_data())
    return "ok"


@functions_framework.http
def store_and_call(request: Request) -> str:
    """One durable write and one call over HTTP."""
    import httpx

    _keep(request.get_data())
    with httpx.Client(timeout=30) as client:
        client.post(os.environ["BENCH_URL"], json={"halt": 0, "cmd": {}})
    return "ok"


def _keep(body: bytes) -> None:
    import sqlite3

    connection = sqlite3.connect(os.environ["BENCH_FILE"], isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", _TABLE):
        connection.execute(statement)
    connection.execute("INSERT INTO kept (body) VALUES (?)", (body,))
    connection.close()
