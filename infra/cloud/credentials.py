"""Who we are to Google Cloud, as Terraform and the client libraries find it by themselves."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from infra.cloud.needs import Need

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

TOKEN: Final = "GOOGLE_OAUTH_ACCESS_TOKEN"
SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"

NEED: Final = Need(
    "no Google credentials were found (Application Default Credentials)",
    "gcloud auth application-default login, or GOOGLE_APPLICATION_CREDENTIALS=/path/to/credentials.json, or a machine "
    "of Google Cloud with a service account",
)


def credentials(environ: Mapping[str, str]) -> Credentials | None:
    """A token given as such, else Application Default Credentials: the file that GOOGLE_APPLICATION_CREDENTIALS names,
    gcloud's file, or the metadata server (cloud.google.com/docs/authentication/application-default-credentials). None
    when there are none.
    """
    import google.auth
    from google.auth.exceptions import DefaultCredentialsError

    if environ.get(TOKEN):
        from google.oauth2.credentials import Credentials as UserCredentials

        return UserCredentials(token=environ[TOKEN])  # type: ignore[no-untyped-call]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a person's own credentials name no quota project: Terraform gives one
        try:
            found: Credentials = google.auth.default(scopes=[SCOPE])[0]
        except DefaultCredentialsError:
            return None
    return found
