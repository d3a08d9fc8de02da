"""``/metadata/endpoints``: how command-line tools learn where a cloud's parts are."""

from azure_emulator.http import Answer, Request
from azure_emulator.routing import route


@route("GET", "/metadata/endpoints", public=True)
def endpoints(request: Request) -> Answer:
    """The addresses of this cloud: everything is served by one process."""
    url = request.base_url
    cloud = {
        "name": "AzureEmulator",
        "portal": f"{url}/portal",
        "authentication": {
            "loginEndpoint": url,
            "audiences": [url, "https://management.azure.com"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "resourceManager": url,
        "graph": url,
        "graphAudience": url,
        "microsoftGraphResourceId": url,
        "activeDirectoryDataLake": url,
        "activeDirectoryResourceId": url,
        "media": url,
        "batch": url,
        "gallery": url,
        "sqlManagement": url,
        "vmImageAliasDoc": f"{url}/metadata/aliases.json",
        "suffixes": {
            "storage": "core.windows.net",
            "keyVaultDns": "vault.azure.net",
            "acrLoginServer": "azurecr.io",
            "sqlServerHostname": "database.windows.net",
        },
    }
    is_list = request.api_version >= "2019-05-01"
    return Answer(200, [cloud] if is_list else cloud)


@route("GET", "/portal", public=True)
def portal(request: Request) -> Answer:
    """Stands where Azure's own portal would be."""
    text = (
        "<!doctype html><title>Portal</title>"
        "<p>The local Azure has no portal; see <a href='/_emulator'>its status</a>.</p>"
    )
    return Answer(200, text.encode(), content_type="text/html; charset=utf-8")
