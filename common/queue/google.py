"""Failures of Google's client told in our words; its libraries are imported when one came."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from common.errors import TryLater


class Passing(TryLater):
    """No answer, or one that speaks of the service rather than of us: another try may help."""


@contextmanager
def explained() -> Iterator[None]:
    """Raises `Passing` for a service that cannot be reached, plain `TryLater` when it refuses us (rights, a name)."""
    from google.api_core.exceptions import Forbidden, NotFound, ServerError, TooManyRequests, Unauthorized
    from google.auth.exceptions import GoogleAuthError
    from requests.exceptions import RequestException

    try:
        yield
    except (Forbidden, NotFound, Unauthorized) as error:
        raise TryLater(f"cloud tasks: {error.message}") from error
    except (ServerError, TooManyRequests, GoogleAuthError, RequestException) as error:
        raise Passing(f"cloud tasks: {type(error).__name__}") from error
