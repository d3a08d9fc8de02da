"""A catalog item's README as HTML that is safe to show: no raw HTML, no scripts, no pictures from elsewhere."""

from functools import lru_cache
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from markdown_it import MarkdownIt

from catalog.models import TemplateVersion

_MAX_CHARACTERS = 200_000
_TAGS = set(
    "a blockquote br code del div em h2 h3 h4 h5 h6 hr li ol p pre s strong table tbody td th thead tr ul".split()
)


def readme_html(version: TemplateVersion) -> SafeString:
    """The README in the reader's language, English where Japanese is missing; empty when there is none."""
    is_japanese = (get_language() or "").startswith("ja")
    return _render((version.readme_ja_text if is_japanese else "") or version.readme_text)


@lru_cache(maxsize=256)
def _render(text: str) -> SafeString:
    html = _markdown().render(text[:_MAX_CHARACTERS])
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "th": {"scope"}, "ol": {"start"}},
        allowed_classes={"div": {"table"}},
        set_tag_attribute_values={"pre": {"tabindex": "0"}},
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer nofollow",
        attribute_filter=_keep_absolute,
    )
    return mark_safe(clean)  # noqa: S308 - nh3 has just let through the tags above and nothing else


def _markdown() -> MarkdownIt:
    """CommonMark with tables. Headings go down one level, because the page's title is the first."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.core.ruler.push("lower_headings", _lower_headings)
    parser.add_render_rule("table_open", lambda *_arguments: '<div class="table"><table>')
    parser.add_render_rule("table_close", lambda *_arguments: "</table></div>")
    return parser


def _lower_headings(state: Any) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + 1, 6)}"


def _keep_absolute(tag: str, attribute: str, value: str) -> str | None:
    """Relative links lead to files of the repository, which are not here."""
    if (tag, attribute) == ("a", "href") and not value.lower().startswith(("https://", "http://", "mailto:")):
        return None
    return value
