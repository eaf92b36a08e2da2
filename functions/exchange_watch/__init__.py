"""The exchange watches itself."""
