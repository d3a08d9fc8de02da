"""One idempotent act on Azure each (environments.steps.base says what a step promises)."""
