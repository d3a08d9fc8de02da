"""Addresses of projects."""

from django.urls import path

from projects import setup_views, views

app_name = "projects"
urlpatterns = [
    path("", views.project_list, name="list"),
    path("new/", setup_views.new_project, name="new"),
    path("<slug:slug>/", views.project, name="project"),
    path("<slug:slug>/edit/", setup_views.edit_project, name="edit"),
    path("<slug:slug>/types/new/", setup_views.new_type, name="new_type"),
    path("<slug:slug>/types/<slug:kind>/", setup_views.edit_type, name="edit_type"),
    path("<slug:slug>/members/", views.members, name="members"),
    path("<slug:slug>/members/<int:pk>/role/", views.change_role, name="change_role"),
    path("<slug:slug>/members/<int:pk>/remove/", views.remove, name="remove_member"),
]
