"""Two places that differ in everything an environment does not know yet: what comes out the same in both is certain."""

from datetime import UTC, datetime
from zlib import crc32

import arm
from catalog.parameters import Parameter

SAMPLES = (1, 2)
_FILL = "x"
_SAMPLE_LENGTH = 20
# A template may ask for a text of a billion letters; the sample is then too short, and the language says so.
_LONGEST = 10_000


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
            return [f"{_FILL}{sample}"] * min(parameter.min_length or 0, _LONGEST)
        case "object" | "secureobject":
            return {}
        case _:
            return _sample_text(parameter, sample)


def _sample_text(parameter: Parameter, sample: int) -> str:
    """A text that tells which parameter and which sample it is, so that two names made of them do not collide."""
    low = min(parameter.min_length or 0, _LONGEST)
    high = max(low, parameter.max_length if parameter.max_length is not None else _SAMPLE_LENGTH)
    letters = "".join(letter for letter in parameter.name.lower() if letter.isascii() and letter.isalnum())
    mark = f"{crc32(parameter.name.lower().encode()) % 100_000:05d}{sample}"
    text = f"{letters[:9]}{mark}"
    return text[-high:].ljust(low, _FILL) if high else ""
