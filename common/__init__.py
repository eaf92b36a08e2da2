"""Shared by all functions. Importing this package imports nothing."""
