"""The resource types of Azure that catalogs use: importing this package makes every world behave like them."""

from azure_emulator import behaviour as base
from azure_emulator.resource_types import lookups
from azure_emulator.resource_types.behaviour import DescribedTypes

__all__ = ["DESCRIBED", "lookups"]

DESCRIBED = DescribedTypes()
base.install(DESCRIBED)
