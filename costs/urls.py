"""Addresses of costs."""

from django.urls import path

from costs import views

app_name = "costs"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("export.csv", views.overview_csv, name="overview_csv"),
    path("<slug:slug>/", views.project, name="project"),
    path("<slug:slug>/card/", views.card, name="card"),
    path("<slug:slug>/budget/", views.budget, name="budget"),
    path("<slug:slug>/export.csv", views.project_csv, name="project_csv"),
]
