"""Requests, approvals, environments and the operations that build and remove them."""
