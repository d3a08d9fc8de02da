"""Asking for an environment, or for a change of one: the form, the check before it, the answer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.models import Template
from common.errors import DomainError
from environments.models import EnvironmentRequest, Preview, RequestStatus
from environments.services.requests import start_preview, submit_request
from environments.views.card import card, latest_preview
from environments.views.http import environment_of, is_htmx, signed_in
from environments.views.request_page import RequestPage, already_asked, changed_page, new_page, posted_page
from environments.views.whatif import change_list


@never_cache
@require_http_methods(["GET", "POST"])
def request_form(request: HttpRequest, slug: str) -> HttpResponse:
    """The form for a template; POST draws it again for the choices so far and stores nothing."""
    visible = Template.objects.visible_to(signed_in(request)).select_related("source")
    template = get_object_or_404(visible, slug=slug)
    return _shown(request, new_page(request, template))


@never_cache
@require_http_methods(["GET", "POST"])
def update_form(request: HttpRequest, pk: object) -> HttpResponse:
    """The form for changed settings of an environment; POST draws it again and stores nothing."""
    return _shown(request, changed_page(request, environment_of(request, pk)))


@never_cache
@require_POST
def request_check(request: HttpRequest) -> HttpResponse:
    """Judge the form and ask Azure about it; the same content is asked about once, however often this is sent."""
    page = posted_page(request)
    if not page.form.is_valid():
        return _shown(request, page, status=page.problem_status)
    draft = page.form.draft()
    started = start_preview(actor=signed_in(request), draft=draft)
    return _shown(request, page.with_card(card(actor=signed_in(request), draft=draft, preview=started)))


@never_cache
@require_POST
def submit(request: HttpRequest) -> HttpResponse:
    """Ask for it; a second click or a form sent again leads to the first request."""
    actor = signed_in(request)
    if asked := already_asked(request):
        return _followed(asked)
    page = posted_page(request)
    if not page.form.is_valid():
        return _shown(request, page, status=page.problem_status)
    draft = page.form.draft()
    known = latest_preview(actor=actor, draft=draft)
    try:
        wanted = submit_request(actor=actor, draft=draft, preview=known)
    except DomainError as error:
        page = page.with_card(card(actor=actor, draft=draft, preview=known)).with_refusal(error)
        return _shown(request, page, status=error.status)
    return _followed(wanted)


@require_GET
def preview(request: HttpRequest, pk: object) -> HttpResponse:
    """What Azure says so far; the form's page refreshes it only while it is open."""
    mine = Preview.objects.filter(user=signed_in(request)).select_related("version__template", "environment_type")
    row = get_object_or_404(mine, pk=pk)
    context = {"preview": row, "changes": change_list(row.changes)}
    name = "environments/_preview.html" if is_htmx(request) else "environments/preview_page.html"
    return render(request, name, context)


def _followed(wanted: EnvironmentRequest) -> HttpResponse:
    """To the environment when it is under way, to the request while somebody has to decide."""
    if wanted.status == RequestStatus.PENDING or wanted.environment is None:
        return redirect(wanted)
    return redirect(wanted.environment)


def _shown(request: HttpRequest, page: RequestPage, *, status: int = 200) -> HttpResponse:
    """The page, its form part for htmx, or only the card when a waiting card asked again and the form is sound."""
    wants_card = is_htmx(request) and request.headers.get("HX-Target") == "presubmit" and page.card is not None
    if wants_card:
        return render(request, "environments/_presubmit.html", {"page": page}, status=status)
    name = "environments/_request.html" if is_htmx(request) else "environments/request_form.html"
    answer = render(request, name, {"page": page}, status=status)
    if is_htmx(request):
        answer["HX-Retarget"] = "#request"
        answer["HX-Reswap"] = "outerHTML"
    return answer
