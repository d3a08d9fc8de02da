"""The home page, health and language."""

from django.urls import URLPattern

app_name = "portal"
urlpatterns: list[URLPattern] = []
