"""Tags of the catalog pages."""
