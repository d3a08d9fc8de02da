"""Addresses of the audit trail's pages; they know projects and people, so they lie above the trail itself."""

from django.urls import URLPattern, path

from portal.views import trail

app_name = "audit"
urlpatterns: list[URLPattern] = [
    path("", trail.events, name="list"),
    path("export.csv", trail.export, name="export"),
]
