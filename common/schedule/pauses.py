"""Which jobs of the local scheduler are paused, kept in the file of the embedded queue, beside its paused queues."""

from __future__ import annotations

from common.sqlite import Database

_SCHEMA = "CREATE TABLE IF NOT EXISTS paused_jobs (job TEXT PRIMARY KEY)"


class SqlitePauses:
    """`Switches` for the jobs of one machine: a pause outlives the scheduler's process, and the command line sees it.

    All methods raise `TryLater` while the file is locked for long or the disk is full.
    """

    def __init__(self, path: str, durable: bool = True) -> None:
        self._database = Database(path, _SCHEMA, durable)

    def is_paused(self, name: str, /) -> bool:
        """Whether the job stands still."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT 1 FROM paused_jobs WHERE job = ?", (name,)).fetchone()
        return found is not None

    def pause(self, name: str, /) -> None:
        """Start no run of this job; one under way goes on."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO paused_jobs (job) VALUES (?)", (name,))

    def resume(self, name: str, /) -> None:
        """Start this job at its next time again."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM paused_jobs WHERE job = ?", (name,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()
