"""The correspondence tables between Bitrix24 and 1C: pure look-up and validation; `kept` reads them from the store."""
