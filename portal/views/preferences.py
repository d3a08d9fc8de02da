"""What a person sets for themselves: language and light or dark."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import translate_url
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.addresses import safe_next
from accounts.models import User
from accounts.preferences import remember
from common.errors import InputRefused
from portal.context import THEME_COOKIE, THEMES


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Show pages in this language from now on; people who are signed in keep it for mails and other devices."""
    code = request.POST.get("language", "")
    if code not in dict(settings.LANGUAGES) or not check_for_language(code):
        raise InputRefused(_("Genkan does not speak that language. Choose one of those offered."))
    if isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(language=code)
    response = HttpResponseRedirect(translate_url(safe_next(request), code))
    remember(response, settings.LANGUAGE_COOKIE_NAME, code)
    return response


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or (anything else) what the device says."""
    wanted = request.POST.get("theme", "")
    response = HttpResponseRedirect(safe_next(request))
    if wanted in THEMES:
        remember(response, THEME_COOKIE, wanted)
    else:
        response.delete_cookie(THEME_COOKIE)
    return response
