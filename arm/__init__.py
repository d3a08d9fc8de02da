"""The Azure Resource Manager template language: read, check, expand and explain templates without Azure."""

from . import functions
from .context import AZURE_CLOUD, DeploymentContext, ResourceGroup
from .definitions import ParameterDefinition
from .errors import ArmError, LimitExceeded, NotYetKnown, Position
from .expanding import expand
from .expansion import ExpandedOutput, ExpandedResource, Expansion
from .frames import Runtime
from .hashing import guid, unique_string
from .limits import DEFAULT, Limits
from .nested import LinkResolver, TemplateLink
from .opaque import Secret, Unknown, plain, reveal
from .parameters import (
    ParameterProblem,
    VaultReference,
    evaluate_parameter_default,
    parse_parameters,
    validate_parameters,
)
from .template import OutputDefinition, Template, parse_template

__all__ = [
    "AZURE_CLOUD",
    "DEFAULT",
    "ArmError",
    "DeploymentContext",
    "ExpandedOutput",
    "ExpandedResource",
    "Expansion",
    "LimitExceeded",
    "Limits",
    "LinkResolver",
    "NotYetKnown",
    "OutputDefinition",
    "ParameterDefinition",
    "ParameterProblem",
    "Position",
    "ResourceGroup",
    "Runtime",
    "Secret",
    "Template",
    "TemplateLink",
    "Unknown",
    "VaultReference",
    "evaluate_parameter_default",
    "expand",
    "functions",
    "guid",
    "parse_parameters",
    "parse_template",
    "plain",
    "reveal",
    "unique_string",
    "validate_parameters",
]
