"""Nouns that all exchanges share. Pure: no I/O, no clock, no randomness."""
