"""The stand with Google's queue and scheduler: simulators on loopback sockets, reached by the official clients."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from common.queue.cloud_switches import CloudQueueSwitches
from common.queue.cloud_tasks import CloudTasksQueue
from common.queue.policy import POLICIES
from common.schedule.cloud_scheduler import CloudJobs
from common.wiring import Services
from infra.local import collection
from tests.contract.google import scheduler_client, tasks_client
from tests.scenarios.documents.papers import Papers
from tests.simulators.cloud_scheduler import CloudSchedulerSimulator
from tests.simulators.cloud_tasks import CloudTasksSimulator, Retry
from tests.simulators.web import Server
from tests.stand import Stand

PLACE = "projects/demo/locations/here"
ACCOUNT = "tasks@demo.iam"
ADDRESS = "https://{}.example"


class CloudStand(Stand):
    """`close` it: it has two servers."""

    @cached_property
    def tasks(self) -> CloudTasksSimulator:
        """Queues as Terraform makes them of the same policies."""
        simulator = CloudTasksSimulator(self.clock.now, self._process, self.clock.sleep)
        for name, policy in POLICIES.items():
            retry = Retry(policy.max_attempts, policy.min_backoff, policy.max_backoff, policy.max_doublings)
            simulator.create_queue(f"{PLACE}/queues/{name}", retry)
        return simulator

    @cached_property
    def scheduler(self) -> CloudSchedulerSimulator:
        """The jobs of all manifests."""
        simulator = CloudSchedulerSimulator(self.clock.now, lambda *_: 200, self.clock.sleep)
        for function in collection.functions().values():
            job = function.manifest
            if job.kind == "job":
                simulator.create_job(f"{PLACE}/jobs/{job.slug}", job.schedule, ADDRESS.format(job.slug))
        return simulator

    @cached_property
    def servers(self) -> tuple[Server, Server]:
        return Server(self.tasks).start(), Server(self.scheduler).start()

    def close(self) -> None:
        """Stop the servers."""
        for server in self.servers:
            server.stop()

    def restarted(self) -> Services:
        """As ever; settings name the cloud, clients reach the simulators."""
        services = super().restarted()
        tasks, scheduler = self.servers
        client = tasks_client(tasks)
        services.__dict__["queue"] = CloudTasksQueue(
            "demo", "here", services._service_url, ACCOUNT, self.clock.now, client, sleep=self.clock.sleep
        )
        services.__dict__["queue_switches"] = CloudQueueSwitches("demo", "here", client)
        services.__dict__["job_switches"] = CloudJobs("demo", "here", scheduler_client(scheduler))
        return services

    def due(self, name: str) -> None:
        """Cloud Scheduler fires a job that is ENABLED (`tests.contract.test_schedule_pauses`)."""
        if self.scheduler.jobs[f"{PLACE}/jobs/{name.replace('_', '-')}"].state == "ENABLED":
            self.job(name)

    def _dispatched(self, until: datetime) -> int:
        return self.tasks.run_until_quiet(self._advance_to, until)

    def _environ(self) -> dict[str, str]:
        cloud = {"QUEUE_URL": "cloudtasks://demo/here", "TASKS_SERVICE_ACCOUNT": ACCOUNT}
        return {**super()._environ(), **cloud, "PROCESS_URL_PATTERN": ADDRESS}

    @staticmethod
    def _process(url: str, body: bytes, headers: Mapping[str, str], deadline: float) -> tuple[int, float | None]:
        function = url.removeprefix("https://").removesuffix("-process.example").replace("-", "_")
        return collection.process(function, body, headers, deadline)


class CloudPapers(CloudStand, Papers):
    """The same with 1C:DM and Disk."""
