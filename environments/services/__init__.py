"""Commands: permission, rules, rows, audit, then the worker is woken after commit."""
