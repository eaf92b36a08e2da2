"""`./deploy.sh in ENV COMMAND …`: a command with the settings of an environment, and for it alone its secrets."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from common.settings import parsed
from infra.cloud.secret_manager import Access, Inaccessible
from infra.manifests import is_secret

OTHERS: Final = ("local", "test", "bench", "pack", "plan", "apply", "outputs", "in", "help", "--help", "-h")
"""Commands that have nothing to do with an environment's store, or would run the exchange a second time."""

_SETTINGS: Final = re.compile(
    r"BITRIX_.*|ONEC_.*|STORE_URL|QUEUE_URL|QUEUE_MAX_ATTEMPTS|TASKS_SERVICE_ACCOUNT|PROCESS_URL_PATTERN|EXCHANGE_RULES|"
    r"ADMIN_USER_IDS|ACCOUNTANT_USER_IDS|DOCUMENT_SYNC_MINUTES|BUSINESS_TIME_ZONE|LANGUAGE|PUBLIC_BASE_URL"
)
"""Every setting of the exchange (README, "Settings")."""


def surroundings(
    outputs: Mapping[str, Any], access: Access, environ: Mapping[str, str], env_file: Path
) -> dict[str, str]:
    """The environment of the process: nothing of another environment's settings is left in it.

    Raises Inaccessible for a secret that cannot be read, or an environment that was never applied.
    """
    if "settings" not in outputs or "secrets" not in outputs:
        raise Inaccessible("this environment was not applied yet: ./deploy.sh apply ENV")
    others = {name: value for name, value in environ.items() if not is_setting(name)}
    # An empty variable goes before `.env` and counts as unset: the demo's portal must not be mixed with the real one.
    unset = dict.fromkeys(parsed(env_file.read_text(encoding="utf-8")), "") if env_file.is_file() else {}
    settings = {str(name): str(value) for name, value in outputs["settings"].items()}
    secrets = {name: access(name, str(version)) for name, version in outputs["secrets"].items() if is_secret(name)}
    return {**others, **unset, **settings, **{name: secret.reveal() for name, secret in secrets.items()}}


def run(root: Path, environ: Mapping[str, str], command: Sequence[str]) -> int:
    """Run the command where the person stands, so that names of files mean what they say; its exit status."""
    place = environ.get("CALLED_FROM", str(root))
    return subprocess.run([str(root / "deploy.sh"), *command], cwd=place, env=dict(environ)).returncode


def is_setting(name: str) -> bool:
    """Whether a variable of this name is a setting of the exchange."""
    return _SETTINGS.fullmatch(name) is not None
