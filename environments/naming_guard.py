"""Which stack name a deployment turn reads and writes; with the GET-first guard released, a fresh one each time.

The released form exists only to show that the fault tests notice a second deployment (reliability: random names).
"""

import uuid

from common.guards import Guard, is_on
from environments.models import Environment, Operation


def stack_to_read(operation: Operation, environment: Environment) -> str:
    """The name to look at before writing; empty when nothing must be looked at."""
    if is_on(Guard.GET_FIRST):
        return environment.stack_name
    return str(operation.steps.get(name="deployment").output.get("stack_name", ""))


def stack_to_write(environment: Environment) -> str:
    """The name to write under."""
    if is_on(Guard.GET_FIRST):
        return environment.stack_name
    return f"{environment.stack_name}-{uuid.uuid4().hex[:6]}"
