"""Adapters of the `Queue` port: SQLite with its dispatcher for one machine, Cloud Tasks for the cloud."""
