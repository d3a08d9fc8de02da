"""A sample company: directory and subscriptions in the local Azure, projects, people and history in the portal."""
