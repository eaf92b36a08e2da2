"""What may be paused and resumed from outside while everything is deployed as it is: queues, and scheduled jobs."""

from __future__ import annotations

from typing import Protocol


class Switches(Protocol):
    """The queues by their class (`bulk`), or the scheduled jobs by their function (`document_sync`).

    A paused queue accepts tasks and hands none out; a run due while its job is paused is not made up (facts gcp §5.5,
    §5.6). A pause holds until somebody resumes, whatever is restarted or deployed. Who paused is not kept there. Every
    method raises `TryLater` when the service cannot be reached, refuses us or does not know the name.
    """

    def is_paused(self, name: str, /) -> bool:
        """Whether it stands still now, whoever paused it."""

    def pause(self, name: str, /) -> None:
        """Let it stand still; nothing happens to one that does already. What is under way goes on."""

    def resume(self, name: str, /) -> None:
        """Let it go on; nothing happens to one that runs already."""
