"""How the engine does under load: `make bench` (and `make bench-small` for a quick look)."""
