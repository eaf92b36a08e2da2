"""The errors of the OData interface, with the codes and statuses of facts §1.15."""

from __future__ import annotations


class ODataError(Exception):
    """An answer in the `odata.error` form; `code` is a number in a string on the wire."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def refused(text: str, handler: str = "ПередЗаписью") -> ODataError:
    """A handler of the configuration refused: HTTP 500, code -1, final (§1.15)."""
    return ODataError(500, -1, f"Ошибка при выполнении обработчика - '{handler}'\n{text}")


def internal(text: str) -> ODataError:
    """The platform itself failed on the request: HTTP 500, code -1."""
    return ODataError(500, -1, text)


def unsupported(option: str) -> ODataError:
    """Code 0; the text is the literal one of §1.5."""
    return ODataError(400, 0, f"The {option} parameter is not supported")


def unreadable(text: object, edm: str) -> ODataError:
    """Code 1, in the words of §1.8."""
    return ODataError(400, 1, f"Не удалось разобрать строку '{text}' как значение типа {edm}!")


def no_segment(name: str) -> ODataError:
    """Code 6: a path names a field that is not there (§1.15)."""
    return ODataError(400, 6, f"Сегмент пути {name} не найден!")


def no_set(name: str) -> ODataError:
    """Code 8: the set does not exist or is not in the published composition (§1.1)."""
    return ODataError(404, 8, f"Не найден тип сущности '{name}'!")


def no_instance(name: str) -> ODataError:
    """Code 9: the object is gone (§1.8)."""
    return ODataError(404, 9, f"Экземпляр сущности '{name}' не найден!")


def bad_option(option: str) -> ODataError:
    """Code 14, in the words of §1.15."""
    return ODataError(400, 14, f"Ошибка при разборе опции запроса {option}")


def forbidden() -> ODataError:
    """Code 20 with HTTP 401: rights or row-level security, not authentication (§1.15)."""
    return ODataError(401, 20, "Доступ запрещен")


def method_forbidden(method: str) -> ODataError:
    """Code 19 (status unverified in the facts: 405)."""
    return ODataError(405, 19, f"Метод HTTP {method} запрещен для данного ресурса")
