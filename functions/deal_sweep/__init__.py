"""What a lost deal event missed, and waiting acts whose time has come."""
