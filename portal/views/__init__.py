"""Pages that belong to no single app: home, audit trail, health, language, errors."""
