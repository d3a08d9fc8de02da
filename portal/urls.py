"""Every address of the portal, app by app."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("portal.home_urls")),
    path("account/", include("accounts.urls")),
    path("catalog/", include("catalog.urls")),
    path("projects/", include("projects.urls")),
    path("costs/", include("costs.urls")),
    path("audit/", include("portal.trail_urls")),
    path("", include("environments.urls")),
]

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.refused"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.broken"
