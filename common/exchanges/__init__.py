"""The exchanges: each is model.py (nouns), decide.py (pure), perform.py (through ports); strangers to one another."""
