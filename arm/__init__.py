"""The Azure Resource Manager template language: read, check, expand and explain templates without Azure."""

from arm import functions
from arm.checking import Finding, check
from arm.context import AZURE_CLOUD, DeploymentContext, ResourceGroup
from arm.definitions import ParameterDefinition
from arm.errors import ArmError, LimitExceeded, NotYetKnown, Position
from arm.expanding import expand
from arm.expansion import ExpandedOutput, ExpandedResource, Expansion
from arm.explanation import ExplainedUnknown, ResourceExplanation, explain
from arm.frames import Runtime
from arm.hashing import guid, unique_string
from arm.limits import DEFAULT, Limits
from arm.nested import LinkResolver, TemplateLink
from arm.opaque import Secret, Unknown, plain, reveal
from arm.parameters import (
    ParameterProblem,
    VaultReference,
    evaluate_parameter_default,
    parse_parameters,
    validate_parameters,
)
from arm.template import OutputDefinition, Template, parse_template

__all__ = [
    "AZURE_CLOUD",
    "DEFAULT",
    "ArmError",
    "DeploymentContext",
    "ExpandedOutput",
    "ExpandedResource",
    "Expansion",
    "ExplainedUnknown",
    "Finding",
    "LimitExceeded",
    "Limits",
    "LinkResolver",
    "NotYetKnown",
    "OutputDefinition",
    "ParameterDefinition",
    "ParameterProblem",
    "Position",
    "ResourceExplanation",
    "ResourceGroup",
    "Runtime",
    "Secret",
    "Template",
    "TemplateLink",
    "Unknown",
    "VaultReference",
    "check",
    "evaluate_parameter_default",
    "expand",
    "explain",
    "functions",
    "guid",
    "parse_parameters",
    "parse_template",
    "plain",
    "reveal",
    "unique_string",
    "validate_parameters",
]
