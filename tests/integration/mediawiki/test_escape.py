"""MediaWiki shows what people wrote as they wrote it, wherever it stands."""

import html
import re

import pytest

from exchange.i18n.escape import escape_wikitext, one_line
from tests.support.wiki.mediawiki import MediaWiki
from tests.unit.i18n.test_escape import HOSTILE


@pytest.mark.wiki
@pytest.mark.xdist_group("wiki")
def test_mediawiki_shows_every_hostile_text_as_written(mediawiki: MediaWiki) -> None:
    texts = [one_line(text) for text in HOSTILE]
    escaped = [escape_wikitext(text) for text in HOSTILE]
    rows = "".join(f"|-\n|{text}\n| x || {text} || title\n" for text in escaped)
    blocks = "".join(
        f'{text}\n\n* {text}\n\n[[Main Page|{text}]]\n\n<span title="{text}">{text}</span>\n\n'
        f"{{{{#if:1|{text}}}}}\n\n'''{text}'''\n\n"
        for text in escaped
    )
    page = mediawiki.parse(f'{blocks}\n{{| class="wikitable"\n{rows}|}}', title="User:Test")
    text = html.unescape(re.sub(r"<[^>]*>", " ", page))
    for each in texts:
        wanted = " ".join(each.split())
        assert " ".join(text.split()).count(wanted) >= 7, each
    assert page.count("<table") == 1
    assert page.count("<tr>") == 2 * len(HOSTILE) or page.count("<tr") >= len(HOSTILE)
    assert page.count("<a ") == len(HOSTILE)
    assert not re.search(r"<(script|h[1-6]|hr|dl|ol|pre|b><i)\b", page)
