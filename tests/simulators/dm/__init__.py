"""A simulator of the HTTP service of 1C:Document Management, made from the contract and from no client.

    dm = DocumentManagement(now=clock, sleep=sleep)
    clerk = Clerk(dm)
    file = clerk.add_file(clerk.add_document("Договор", "Договор 17"), "Договор 17.docx", b"...")
    with Server(dm) as server: ...

Documents, files, directories, links, the change feed and the webhooks are here; what the contract leaves open is in
`Switches`. Orders and routes are not part of it yet: one module in `methods/` each.
"""

from __future__ import annotations

from tests.simulators.dm.base import DocumentManagement
from tests.simulators.dm.clerk import Clerk
from tests.simulators.dm.contents import Content, SeededContent
from tests.simulators.dm.delivery import Delivery, WebhookFault
from tests.simulators.dm.records import Document, Effect, File, Hit, Version
from tests.simulators.dm.seeding import seed_documents
from tests.simulators.dm.switches import Switches

__all__ = [
    "Clerk",
    "Content",
    "Delivery",
    "Document",
    "DocumentManagement",
    "Effect",
    "File",
    "Hit",
    "SeededContent",
    "Switches",
    "Version",
    "WebhookFault",
    "seed_documents",
]
