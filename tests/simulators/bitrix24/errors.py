"""The error answers of the portal (facts 1.5, 10.1 step 8)."""

from __future__ import annotations


class RestError(Exception):
    """`error` and `error_description` of an answer; HTTP 400 unless the fact says otherwise."""

    def __init__(self, code: str, text: str = "", status: int = 400, argument: str = "") -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.status = status
        self.argument = argument


def missing(name: str) -> RestError:
    """A controller parameter is not there: code 100."""
    return RestError("100", f"Could not find value for parameter {{{name}}}")


def bad_value(text: str) -> RestError:
    """`INVALID_ARG_VALUE` of the controllers."""
    return RestError("INVALID_ARG_VALUE", text)


def not_found(text: str = "Элемент не найден") -> RestError:
    """`NOT_FOUND` of the controllers."""
    return RestError("NOT_FOUND", text)


def legacy(text: str) -> RestError:
    """A legacy error: the code is empty, only the text tells."""
    return RestError("", text)


def access_denied(status: int = 400) -> RestError:
    """No rights; 400 in CRM controllers, 403 elsewhere."""
    return RestError("ACCESS_DENIED", "Access denied.", status)


def app_only() -> RestError:
    """An application method called through a webhook."""
    return RestError("WRONG_AUTH_TYPE", "Current authorization type is denied for this method", 403)
