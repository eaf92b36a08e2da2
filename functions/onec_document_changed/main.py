"""Webhooks of 1C:DM about documents and files → file versions on Disk, and back (design §2)."""

from __future__ import annotations

import functions_framework
from flask import Request

from common.flow.delivery import Answer, processed, received
from functions.onec_document_changed.events import FUNCTION, accept


@functions_framework.http
def receive(request: Request) -> Answer:
    """Check the signature, put a task, answer; no call to either side."""
    from common.wiring import services

    return received(request, FUNCTION, lambda delivery: accept(delivery, services()))


@functions_framework.http
def process(request: Request) -> Answer:
    """Carry what a task names: files, whole documents, or a page of them."""
    from common.wiring import services

    return processed(request, FUNCTION, lambda turn: services().carry_documents(turn), lambda: services().dead_letter)
