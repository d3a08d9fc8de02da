"""The routes, one module per part of Azure."""
