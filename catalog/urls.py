"""Addresses of the catalog."""

from django.urls import path

from catalog import views

# A template's address has one word, everything else has more, so that no template can hide a page.
app_name = "catalog"
urlpatterns = [
    path("", views.template_list, name="list"),
    path("manage/versions/", views.version_list, name="manage"),
    path("manage/sync/", views.sync, name="sync"),
    path("manage/versions/<uuid:pk>/publish/", views.publish, name="publish"),
    path("manage/versions/<uuid:pk>/deprecate/", views.deprecate, name="deprecate"),
    path("manage/versions/<uuid:pk>/retire/", views.retire, name="retire"),
    path("<slug:slug>/", views.template_page, name="template"),
]
