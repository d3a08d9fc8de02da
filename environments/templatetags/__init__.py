"""Template tags for the environments' pages."""
