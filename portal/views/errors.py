"""Pages for what went wrong: what happened, what to do, and a reference that the log knows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import logs


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _page(
        request,
        status=400,
        heading=_("That request makes no sense here"),
        what=_("The address or the form was not what Genkan expects."),
        to_do=_("Start again from the home page."),
    )


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _page(
        request,
        status=403,
        heading=_("You may not do this"),
        what=_("Your roles do not allow it."),
        to_do=_("If you need it for your work, ask a lead of the project or the platform team."),
    )


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose CSRF token does not fit: usually one that was open across a sign-in."""
    return _page(
        request,
        status=403,
        heading=_("This form is too old"),
        what=_("It was opened before you last signed in, or your browser refuses cookies. Nothing was changed."),
        to_do=_("Go back, reload the page and send it again."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, also for what this person may not see."""
    return _page(
        request,
        status=404,
        heading=_("There is nothing here"),
        what=_("The address is wrong, the thing is gone, or it belongs to a project you are not a member of."),
        to_do=_("Check the address, or ask a lead of the project to add you."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500: drawn without the request's context, because that may be what broke."""
    context = {
        "language": get_language() or "en",
        "heading": _("Something broke"),
        "what": _(
            "This is our fault, not yours. It was logged, and nothing was half done: every change is all or nothing."
        ),
        "to_do": _("Try again in a minute. If it stays, ask the platform team and quote the reference."),
        "reference": logs.request_id.get()[:12],
    }
    return HttpResponse(render_to_string("500.html", context), status=500)


def _page(request: HttpRequest, *, status: int, heading: str, what: str, to_do: str) -> HttpResponse:
    context = {"heading": heading, "what": what, "to_do": to_do, "reference": logs.request_id.get()[:12]}
    return render(request, "wrong.html", context, status=status)
