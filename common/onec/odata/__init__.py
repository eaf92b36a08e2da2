"""The standard OData interface of 1C (facts onec-odata §1): wire and query are pure, the client does the calls."""
