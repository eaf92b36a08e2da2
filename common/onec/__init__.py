"""1C: accounting bases over OData, Document Management over its own HTTP service, EnterpriseData messages."""
