"""A simulated Terraform provider `hashicorp/google` 7.45, with a simulated Google Cloud behind it.

The real Terraform validates, plans, applies and tests a configuration against it, offline and without an account:

    with workspace(Path("infra"), Cloud()) as terraform:
        terraform.validate()
        terraform.apply("-var-file=test.tfvars")
        assert not terraform.changes()

`Cloud` is what exists behind the provider, and `Cloud.change` what people do there. `Cloud(enabled=NEW_PROJECT)` is a
project somebody has just made, `PREPARED_PROJECT` one whose Terraform can switch on APIs. On the command line:

    python -m tests.simulators.google_provider <folder> validate|plan|apply|test [options of Terraform]
"""

from __future__ import annotations

from tests.simulators.google_provider.cloud import Cloud
from tests.simulators.google_provider.refusals.apis import NEW_PROJECT, PREPARED_PROJECT
from tests.simulators.google_provider.server import GoogleProvider
from tests.simulators.google_provider.terraform import Failed, Terraform, workspace

__all__ = ["NEW_PROJECT", "PREPARED_PROJECT", "Cloud", "Failed", "GoogleProvider", "Terraform", "workspace"]
