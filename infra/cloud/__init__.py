"""How the collection gets into the cloud: packed, planned, applied; and commands run with an environment's settings."""
