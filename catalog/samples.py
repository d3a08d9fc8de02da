"""Two places that differ in everything an environment does not know yet: what comes out the same in both is certain."""

from datetime import UTC, datetime

import arm
from catalog.parameters import Parameter

SAMPLES = (1, 2)
_FILL = "x"


def sample_context(sample: int, *, region: str | None) -> arm.DeploymentContext:
    """Where a template is tried out; with a `region` both samples lie in it."""
    identity = "-".join(str(sample) * count for count in (8, 4, 4, 4, 12))
    return arm.DeploymentContext(
        subscription_id=identity,
        subscription_name=f"subscription-{sample}",
        tenant_id=identity,
        resource_group=arm.ResourceGroup(name=f"group-{sample}", location=region or f"region{sample}"),
        deployment_name=f"deployment-{sample}",
        deployer_object_id=identity,
        now=datetime(2026 + sample, sample, sample, tzinfo=UTC),
        new_guid=lambda: identity,
    )


def sample_value(parameter: Parameter, sample: int) -> object:
    """A value within the limits for a parameter that somebody has yet to choose."""
    if parameter.allowed:
        return parameter.allowed[0]
    match parameter.type:
        case "int":
            return parameter.min_value if parameter.min_value is not None else min(1, parameter.max_value or 1)
        case "bool":
            return False
        case "array":
            return [f"{_FILL}{sample}"] * (parameter.min_length or 0)
        case "object" | "secureobject":
            return {}
        case _:
            longest = parameter.max_length if parameter.max_length is not None else 8
            return f"{_FILL}{sample}".ljust(parameter.min_length or 0, _FILL)[: max(longest, 0)]
