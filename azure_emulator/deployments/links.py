"""Templates that are linked to: those kept as template specs can be had, those on the web cannot be downloaded here."""

import uuid
from typing import TYPE_CHECKING, Any

from arm import ArmError, Template, TemplateLink

if TYPE_CHECKING:
    from azure_emulator.world import World


class TemplateSpecs:
    """Finds the linked templates of a deployment."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def resolve(self, link: TemplateLink) -> Template | None:
        """The template of a template spec's version; Azure's refusal for anything else."""
        if link.id:
            return Template(self.document(link.id))
        raise unreachable(link.uri or link.relative_path)

    def document(self, identifier: str) -> dict[str, Any]:
        """The main template of a template spec's version."""
        version = self._world.resources.get(identifier) or {}
        main = (version.get("properties") or {}).get("mainTemplate")
        if not isinstance(main, dict):
            raise ArmError(f"The template spec '{identifier}' could not be found.", code="TemplateSpecNotFound")
        return main


def unreachable(address: str) -> ArmError:
    """Azure's refusal of a link it cannot read."""
    return ArmError(
        f"Unable to download deployment content from '{address}'. The tracking Id is '{uuid.uuid4()}'. Please see "
        "https://aka.ms/arm-deploy for usage details.",
        code="InvalidContentLink",
    )
