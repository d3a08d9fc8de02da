"""Projects, their members and environment types."""
