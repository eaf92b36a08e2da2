"""The official clients, reaching simulators on loopback sockets over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from tests.simulators.web import Server

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.cloud.scheduler_v1 import CloudSchedulerClient
    from google.cloud.tasks_v2 import CloudTasksClient


def tasks_client(server: Server) -> CloudTasksClient:
    """For a `CloudTasksSimulator` behind the server."""
    from google.cloud.tasks_v2 import CloudTasksClient
    from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksRestTransport

    transport = CloudTasksRestTransport(host=_host(server), credentials=_nobody(), url_scheme="http")
    return CloudTasksClient(transport=transport)


def scheduler_client(server: Server) -> CloudSchedulerClient:
    """For a `CloudSchedulerSimulator` behind the server."""
    from google.cloud.scheduler_v1 import CloudSchedulerClient
    from google.cloud.scheduler_v1.services.cloud_scheduler.transports import CloudSchedulerRestTransport

    transport = CloudSchedulerRestTransport(host=_host(server), credentials=_nobody(), url_scheme="http")
    return CloudSchedulerClient(transport=transport)


def _host(server: Server) -> str:
    return server.url.removeprefix("http://")


def _nobody() -> Credentials:
    from google.auth.credentials import AnonymousCredentials

    return cast("Callable[[], Credentials]", AnonymousCredentials)()
