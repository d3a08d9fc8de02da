"""What one local installation keeps in its state folder: keys made once, and the environment made from them."""

import base64
import hashlib
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from portal.company import tenant

ROOT = Path(__file__).resolve().parent.parent.parent
# A path of a Unix socket may be about a hundred bytes long; the folder of the checkout may be deeper than that.
_LONGEST_SOCKET_PATH = 90


@dataclass(frozen=True)
class Place:
    """Where a local installation lives and where it listens."""

    folder: Path
    port: int
    azure_port: int
    is_local_azure: bool

    @property
    def url(self) -> str:
        """The portal's address."""
        return f"http://localhost:{self.port}"

    @property
    def azure_url(self) -> str:
        """The local Azure's address."""
        return f"https://localhost:{self.azure_port}"

    @property
    def logs(self) -> Path:
        """The folder of the log files."""
        return self.folder / "log"

    @property
    def broker_socket(self) -> Path:
        """The broker's Unix socket, in the temporary folder when ours would be too long."""
        inside = self.folder / "broker.sock"
        if len(os.fsencode(inside)) <= _LONGEST_SOCKET_PATH:
            return inside
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"genkan-{os.getuid()}-{digest}.sock"


def read_env_file(path: Path) -> dict[str, str]:
    """NAME=value lines of a .env file; blank lines and lines starting with # are skipped, quotes around values go."""
    if not path.exists():
        return {}
    pairs = (line.strip().partition("=") for line in path.read_text().splitlines())
    return {
        name.strip(): value.strip().strip("'\"") for name, mark, value in pairs if mark and not name.startswith("#")
    }


def place(variables: dict[str, str]) -> Place:
    """The place that these environment variables describe."""
    return Place(
        folder=Path(variables.get("GENKAN_STATE", ROOT / "var")).resolve(),
        port=int(variables.get("GENKAN_PORT", "8000")),
        azure_port=int(variables.get("GENKAN_LOCAL_AZURE_PORT", "8443")),
        is_local_azure="GENKAN_AZURE_TENANT_ID" not in variables,
    )


def keys(folder: Path) -> dict[str, str]:
    """The installation's own keys, made on the first call, readable by the owner only."""
    path = folder / "keys.json"
    if not path.exists():
        made = {
            "secret_key": secrets.token_urlsafe(48),
            "encryption_key": base64.b64encode(secrets.token_bytes(32)).decode(),
            "instance_id": f"genkan-{secrets.token_hex(4)}",
            "control_token": secrets.token_urlsafe(24),
            # The sample company's past is counted back from this day, so that it does not move with every start.
            "founded": datetime.now(UTC).date().isoformat(),
        }
        path.touch(mode=0o600)
        path.write_text(json.dumps(made, indent=2))
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def environment(place: Place, variables: dict[str, str]) -> dict[str, str]:
    """Every variable the processes need; what the caller has set wins over what we would choose."""
    kept = keys(place.folder)
    chosen = {
        "GENKAN_STATE": str(place.folder),
        "GENKAN_SECRET_KEY": kept["secret_key"],
        "GENKAN_ENCRYPTION_KEYS": kept["encryption_key"],
        "GENKAN_INSTANCE_ID": kept["instance_id"],
        "GENKAN_URL": place.url,
        "GENKAN_BROKER_URL": f"redis+socket://{place.broker_socket}",
        "GENKAN_EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "GENKAN_TIME_ZONE": "Asia/Tokyo",
        "PYTHONUNBUFFERED": "1",
        # Celery then stops softly on SIGTERM: what it has begun ends, the rest goes back to the broker.
        "REMAP_SIGTERM": "SIGQUIT",
    }
    if place.is_local_azure:
        chosen["GENKAN_SAMPLE_COMPANY"] = kept["founded"]
        chosen |= tenant.azure_environment(url=place.azure_url, ca_path=place.folder / "azure" / "ca.pem")
    return {**os.environ, **chosen, **variables}
