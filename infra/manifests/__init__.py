"""The manifests `functions/*/function.json` as typed nouns: what is deployed, how large, who may call it.

Terraform reads the same files by itself (`jsondecode`): names and defaults here are those it relies on.
"""

from infra.manifests.model import MAX_INSTANCES, ROOT, EntryPoint, Manifest
from infra.manifests.read import ManifestError, ManifestFault, read
from infra.manifests.secrets import SECRETS, covers, is_secret

__all__ = [
    "MAX_INSTANCES",
    "ROOT",
    "SECRETS",
    "EntryPoint",
    "Manifest",
    "ManifestError",
    "ManifestFault",
    "covers",
    "is_secret",
    "read",
]
