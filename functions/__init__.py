"""One folder per webhook type and per scheduled job; none knows another."""
