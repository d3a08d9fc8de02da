"""An authority that can forge, and a portal that trusts it."""

from collections.abc import Iterator

import pytest
from django.test import Client

from accounts import authority as our_authority
from tests.accounts import forger


@pytest.fixture(scope="session")
def forging_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[forger.Authority]:
    """One server for the session."""
    authority = forger.Authority(tmp_path_factory.mktemp("authority"))
    yield authority
    authority.stop()


@pytest.fixture
def authority(forging_authority: forger.Authority, settings, db) -> forger.Authority:
    """Honest at the start of each test; the portal's settings point at it."""
    forging_authority.reset()
    settings.AZURE_AUTHORITY = forging_authority.url
    settings.AZURE_IS_PUBLIC_AUTHORITY = False
    settings.AZURE_CA_BUNDLE = str(forging_authority.ca_path)
    settings.ENTRA_TENANT_ID = forger.TENANT
    settings.ENTRA_CLIENT_ID = forger.CLIENT
    settings.ENTRA_CLIENT_SECRET = "not-a-real-one"
    for name in ("DEVELOPER", "CATALOG_ADMIN", "FINANCE", "PLATFORM_ADMIN"):
        setattr(settings, f"ENTRA_GROUP_{name}", "")
    our_authority.key_set.cache_clear()
    return forging_authority


class Browser:
    """Somebody in front of the sign-in page."""

    def __init__(self, authority: forger.Authority) -> None:
        self.authority = authority
        self.client = Client()

    def start(self, **form):
        """Press the button; returns where the authority's page is."""
        return self.client.post("/account/sign-in/", form)

    def sign_in(self, **form):
        """The whole way: button, account picked, back to the portal."""
        code, state = self.authority.code_for(self.start(**form).url)
        return self.come_back(code=code, state=state)

    def come_back(self, **query):
        """What the authority's redirect makes the browser do."""
        return self.client.get("/account/callback/", query)

    @property
    def is_signed_in(self) -> bool:
        """True when the portal lets the person see their own page."""
        return self.client.get("/account/").status_code == 200


@pytest.fixture
def browser(authority) -> Browser:
    """A fresh browser."""
    return Browser(authority)
