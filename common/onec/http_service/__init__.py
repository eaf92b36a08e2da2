"""1C:Document Management behind the HTTP service of our extension (contract)."""
