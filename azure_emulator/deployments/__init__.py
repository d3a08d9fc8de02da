"""Deployments and deployment stacks; importing the package registers their routes and event handlers."""

from azure_emulator.deployments import routes, stack_previews, stack_routes, what_if

__all__ = ["routes", "stack_previews", "stack_routes", "what_if"]
