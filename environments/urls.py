"""Addresses of requests, environments, their operations and what operations staff look at."""

from django.urls import URLPattern, path

from environments.views import access, approvals, asking, changes, environment, listing, notices, operations, orphans

app_name = "environments"
urlpatterns: list[URLPattern] = [
    path("environments/", listing.environments, name="list"),
    path("environments/<uuid:pk>/", environment.page, name="environment"),
    path("environments/<uuid:pk>/resources/", environment.resources, name="resources"),
    path("environments/<uuid:pk>/env/", environment.env_file, name="env_file"),
    path("environments/<uuid:pk>/receipt/", environment.receipt, name="receipt"),
    path("environments/<uuid:pk>/receipt.json", environment.receipt_json, name="receipt_json"),
    path("environments/<uuid:pk>/change/", asking.update_form, name="update_form"),
    path("environments/<uuid:pk>/extend/", changes.extend, name="extend"),
    path("environments/<uuid:pk>/delete/", changes.delete, name="delete"),
    path("environments/<uuid:pk>/share/", access.share, name="share"),
    path("environments/<uuid:pk>/unshare/<int:grant>/", access.unshare, name="unshare"),
    path("operations/health/", operations.health, name="health"),
    path("operations/<uuid:pk>/progress/", operations.operation_progress, name="operation_progress"),
    path("operations/<uuid:pk>/cancel/", changes.cancel, name="cancel"),
    path("operations/<uuid:pk>/retry/", changes.retry, name="retry"),
    path("requests/new/<slug:slug>/", asking.request_form, name="request_form"),
    path("requests/check/", asking.request_check, name="request_check"),
    path("requests/submit/", asking.submit, name="submit"),
    path("requests/<uuid:pk>/", approvals.request_page, name="request"),
    path("requests/<uuid:pk>/approve/", approvals.approve, name="approve"),
    path("requests/<uuid:pk>/refuse/", approvals.refuse, name="refuse"),
    path("requests/<uuid:pk>/withdraw/", approvals.withdraw, name="withdraw"),
    path("previews/<uuid:pk>/", asking.preview, name="preview"),
    path("approvals/", approvals.inbox, name="approvals"),
    path("notices/", notices.notices, name="notices"),
    path("orphans/", orphans.orphans, name="orphans"),
    path("orphans/<int:pk>/delete/", orphans.orphan_delete, name="orphan_delete"),
    path("orphans/<int:pk>/adopt/", orphans.orphan_adopt, name="orphan_adopt"),
]
