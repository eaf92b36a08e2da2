"""The provider as Terraform meets it: a gRPC server on loopback that Terraform is told to use as it is.

`TF_REATTACH_PROVIDERS` is how provider developers attach a debugger: Terraform takes the provider at that address and
neither downloads nor starts one, so that `init` needs no registry. All provider blocks of a configuration share the
one process then: the settings of the block configured last are everybody's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc

from tests.simulators.google_provider import protocol
from tests.simulators.google_provider.book import SOURCE
from tests.simulators.google_provider.cloud import Cloud
from tests.simulators.google_provider.service import Service

WORKERS = 8


class GoogleProvider:
    """A running provider, from `with` to the end of the block; `folder` is where Terraform runs.

    with GoogleProvider(Cloud()) as provider:
        subprocess.run(["terraform", "plan"], env={**os.environ, **provider.environment()})
    """

    def __init__(self, cloud: Cloud, folder: Path = Path()) -> None:
        self.cloud = cloud
        self._pool = ThreadPoolExecutor(WORKERS)
        self._server = grpc.server(self._pool)
        self._server.add_generic_rpc_handlers((_handlers(Service(cloud, folder)),))
        self._port = self._server.add_insecure_port("127.0.0.1:0")

    def environment(self) -> dict[str, str]:
        """The variable that leads Terraform here."""
        address = {"Network": "tcp", "String": f"127.0.0.1:{self._port}"}
        attach = {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": address}
        return {"TF_REATTACH_PROVIDERS": json.dumps({SOURCE: attach})}

    def __enter__(self) -> GoogleProvider:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(None).wait(5)
        self._pool.shutdown()


def _handlers(service: Service) -> grpc.GenericRpcHandler:
    methods = {name: _handler(name, service.method(name)) for name in protocol.METHODS}
    return grpc.method_handlers_generic_handler(f"{protocol.PACKAGE}.Provider", methods)


def _handler(name: str, respond: Callable[[Any], Any]) -> grpc.RpcMethodHandler[Any, Any]:
    return grpc.unary_unary_rpc_method_handler(
        lambda request, _context: respond(request),
        request_deserializer=protocol.message_class(f"{name}Request").FromString,
        response_serializer=lambda response: response.SerializeToString(),
    )
