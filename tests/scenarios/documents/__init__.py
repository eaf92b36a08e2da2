"""Scenarios of the documents exchange, straight from its rules."""
