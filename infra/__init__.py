"""How the collection is run: in the cloud, and in one process."""
