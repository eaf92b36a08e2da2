"""Values of secrets read back from Secret Manager, for one process of a person who may."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from common.settings import Secret

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

ADDRESS: Final = "https://secretmanager.googleapis.com"
Access = Callable[[str, str], Secret]
"""(setting, version) → its value. Raises Inaccessible."""

_HINTS: Final = {
    401: "the credentials are not valid any more: gcloud auth application-default login",
    403: "you lack the role Secret Manager Secret Accessor on it",
    404: "there is no such version",
}


class Inaccessible(Exception):
    """A secret could not be read; the text says which and why, never what is in it."""


def access(project: str, credentials: Credentials, address: str = ADDRESS) -> Access:
    """Reads secrets of a project over REST (cloud.google.com/secret-manager/docs/reference/rest/v1/
    projects.secrets.versions/access)."""
    from google.auth.exceptions import GoogleAuthError, RefreshError
    from google.auth.transport.requests import AuthorizedSession
    from requests.exceptions import RequestException

    session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]

    def read(setting: str, version: str) -> Secret:
        url = f"{address}/v1/projects/{project}/secrets/{setting}/versions/{version}:access"
        try:
            answer = session.get(url, timeout=30)
        except RefreshError as error:
            raise Inaccessible(f"{setting} could not be read: {_HINTS[401]}") from error
        except (GoogleAuthError, RequestException) as error:
            raise Inaccessible(f"{setting} could not be read: {type(error).__name__}") from error
        if answer.status_code != 200:
            hint = _HINTS.get(answer.status_code, f"Secret Manager answered {answer.status_code}")
            raise Inaccessible(f"{setting} could not be read: {hint}")
        return Secret(base64.b64decode(answer.json()["payload"]["data"]).decode("utf-8"))

    return read
