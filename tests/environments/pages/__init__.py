"""The pages of requests, environments and operations, through Django's test client."""
