"""A small wiki, read out of an export, for commands to run on."""

from __future__ import annotations

from pathlib import Path

import pytest

EXPORT = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
<siteinfo><sitename>Small</sitename><dbname>small</dbname><base>http://small.test/wiki/Main</base>
<generator>MediaWiki 1.39</generator><case>first-letter</case><namespaces>
<namespace key="0" case="first-letter" /><namespace key="2" case="first-letter">User</namespace>
<namespace key="3" case="first-letter">User talk</namespace>
<namespace key="10" case="first-letter">Template</namespace>
</namespaces></siteinfo>
<page><title>User:Ada</title><ns>2</ns><id>11</id><revision><id>101</id>
<timestamp>2026-11-01T00:00:00Z</timestamp><contributor><username>Ada</username><id>1</id>
</contributor><model>wikitext</model><format>text/x-wiki</format>
<text>{{Capacity Exchange profile|offers=Wikidata|wants=Finance|languages=en}}</text>
</revision></page></mediawiki>"""


OTHER = """<page><title>User:Ben</title><ns>2</ns><id>12</id><revision><id>102</id>
<timestamp>2026-11-01T00:00:00Z</timestamp><contributor><username>Ben</username><id>2</id>
</contributor><model>wikitext</model><format>text/x-wiki</format>
<text>{{Capacity Exchange profile|offers=Finance|wants=Wikidata|languages=en}}</text>
</revision></page>"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    export = tmp_path / "small.xml"
    export.write_text(EXPORT, "utf-8")
    return {
        "CXC_WIKI": f"archive:{export}",
        "CXC_WIKI_OUT": str(tmp_path / "out"),
        "CXC_DATABASE": f"sqlite:///{tmp_path}/exchange.db",
        "CXC_NOW": "2026-11-23T08:00:00Z",
    }


@pytest.fixture
def pair(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A wiki on which two people could help each other, with nothing installed."""
    export = tmp_path / "small.xml"
    export.write_text(EXPORT.replace("</mediawiki>", f"{OTHER}</mediawiki>"), "utf-8")
    return environment
