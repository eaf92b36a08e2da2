"""Deals, and the cards of clients that deals wait for, changed in Bitrix24."""
