"""Template tags of pages that belong to no single app."""
