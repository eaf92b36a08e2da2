"""What changed in documents on both sides, every five minutes."""
