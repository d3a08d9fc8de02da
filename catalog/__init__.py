"""What is on offer: sources, templates, versions, and the form a version asks for."""
