"""Tags on the group and on its taggable children, one write a turn."""

from cloud import groups, resources
from cloud.errors import PermanentCloudError
from environments import tags
from environments.steps.base import Done, Result, StepRefused, Turn, Wait

# Azure's answers for resources that carry no tags of their own (or not so many).
UNTAGGABLE_CODES = frozenset(
    {
        "InvalidResourceType",
        "ResourceTypeNotSupported",
        "TagsNotSupported",
        "UnsupportedResourceOperation",
        "BadRequest",
    }
)
_LOCKED_CODES = frozenset({"ScopeLocked"})


def group_tags(turn: Turn) -> Result:
    """The group carries today's tags."""
    environment = turn.environment
    group = groups.read_group(subscription_id=environment.subscription_id, name=environment.resource_group)
    if group is None:
        raise StepRefused("GroupVanished", environment.resource_group)
    lacking = tags.missing(tags.for_environment(environment), group.tags)
    if lacking:
        turn.about_to("PATCH", environment.group_id, tags=lacking)
        groups.merge_tags(scope=environment.group_id, tags=lacking)
    return Done({"repaired": sorted(lacking)})


def child_tags(turn: Turn) -> Result:
    """Every resource of the group that takes tags carries ours."""
    environment = turn.environment
    wanted = tags.for_environment(environment)
    refused = set(turn.step.output.get("untaggable", []))
    found = resources.list_group(subscription_id=environment.subscription_id, group=environment.resource_group)
    lacking = [item for item in found if item.id.lower() not in refused and tags.missing(wanted, item.tags)]
    if not lacking:
        return Done({"resources": len(found), "untaggable": sorted(refused)})
    item = lacking[0]
    turn.about_to("PATCH", item.id, tags=sorted(tags.missing(wanted, item.tags)))
    try:
        resources.merge_tags(resource_id=item.id, tags=tags.missing(wanted, item.tags))
    except PermanentCloudError as error:
        if error.root.code not in UNTAGGABLE_CODES | _LOCKED_CODES:
            raise
        refused.add(item.id.lower())
    return Wait(
        0,
        "tagging",
        about={"resource": item.name},
        output={"untaggable": sorted(refused)},
        done=len(found) - len(lacking) + 1,
        total=len(found),
    )
