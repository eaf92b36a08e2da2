"""Bitrix24: its wire (pure modules) and its client, OAuth, CRM and notices behind the ports."""
