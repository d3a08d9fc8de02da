"""A local Azure over HTTPS: Entra ID, Azure Resource Manager, access control and cost, for development and tests."""
