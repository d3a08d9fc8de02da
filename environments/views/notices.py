"""What the portal told a person; opening the page shows, a button marks as read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from common.paging import keyset_page
from environments.models import Notice
from environments.views.http import signed_in


@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """The person's own notices, newest first; POST marks one (`notice`) or all as read."""
    mine = Notice.objects.filter(user=signed_in(request))
    if request.method == "POST":
        chosen = request.POST.get("notice", "")
        unread = mine.unread().filter(pk=int(chosen)) if chosen.isdecimal() else mine.unread()
        unread.update(read_at=timezone.now())
        return redirect("environments:notices")
    page = keyset_page(mine, request=request)
    return render(request, "environments/notice_list.html", {"page": page, "unread": mine.unread().count()})
