"""The application was installed, updated or removed in Bitrix24."""
