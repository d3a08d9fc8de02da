"""What `make run` prints once everything answers."""

from portal.company import tenant
from portal.running.state import Place


def text(place: Place, *, seconds: float) -> str:
    """The address, and who can sign in to do what."""
    lines = [f"\nGenkan is ready after {seconds:.1f} s:  {place.url}\n"]
    if place.is_local_azure:
        lines += _people()
        lines += [
            "",
            f"The local Azure is at {place.azure_url}. Its certificate is this machine's own, so the browser asks once",
            f"whether to go on; or import {place.folder / 'azure' / 'ca.pem'} as an authority.",
        ]
    else:
        lines.append("Sign in with your account of the tenant in .env.")
    lines += [f"Logs are in {place.logs}. Ctrl-C stops everything; `make reset` starts over.\n"]
    return "\n".join(lines)


def _people() -> list[str]:
    width = max(len(person.email) for person in tenant.PEOPLE)
    return ["Sign in as (no password, pick the name):"] + [
        f"  {person.email:<{width}}  {person.name} {person.can}" for person in tenant.PEOPLE
    ]
