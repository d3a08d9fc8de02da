"""The home page, health and preferences."""

from django.urls import URLPattern, path

from portal.views import health, home, preferences

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("health/", health.health, name="health"),
    path("language/", preferences.language, name="language"),
    path("theme/", preferences.theme, name="theme"),
]
