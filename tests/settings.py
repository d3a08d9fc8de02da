"""Settings of the test run: a database and a local Azure of this process's own, named before Django reads them."""

import atexit
import base64
import os
import shutil
import tempfile
from pathlib import Path

from tests import services

STATE = Path(tempfile.mkdtemp(prefix="genkan-tests-"))
atexit.register(shutil.rmtree, STATE, ignore_errors=True)
(STATE / "static").mkdir()
AZURE_PORT = services.free_port()
WEB_PORT = services.free_port()
AZURE_URL = f"https://localhost:{AZURE_PORT}"

os.environ.update(
    {
        "GENKAN_SECRET_KEY": "only-for-tests-" + "x" * 40,
        "GENKAN_ENCRYPTION_KEYS": base64.b64encode(b"0123456789abcdef0123456789abcdef").decode(),
        "GENKAN_STATE": str(STATE),
        "GENKAN_URL": f"http://localhost:{WEB_PORT}",
        "GENKAN_ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "GENKAN_DEBUG": "0",
        "GENKAN_INSTANCE_ID": "genkan-tests",
        "GENKAN_EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
        "GENKAN_BROKER_URL": f"redis+socket://{STATE}/broker.sock",
        "GENKAN_DATABASE": services.database_url(STATE),
        **services.azure_environment(url=AZURE_URL, state=STATE / "azure"),
    }
)

from portal.settings import *  # noqa: F403 - the environment above must be there first
from portal.settings import DATABASES, STORAGES

DATABASES["default"]["TEST"] = services.test_database(STATE)
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
