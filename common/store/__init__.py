"""Adapters of the `Store` port: SQLite for one machine, Firestore for the cloud."""
