"""Every kind of page behind the login by the W3C's checker, the refusals and questions as well."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from flask.testing import FlaskClient

from exchange.errors import EditRefused
from exchange.model import Cohort, Match, Profile, Suggestion, SuggestionStatus, Want
from exchange.store import Store
from exchange.store.notices import Notice, NoticeState
from exchange.store.pages import PageRecord
from tests.support.account_wiki import MemorySite
from tests.unit.account.test_saving import app, client, fail, site
from tests.unit.search.movement import NOW
from tests.unit.web.test_html import checker_messages
from webtool.context import context_of

__all__ = ["app", "client", "site"]


def brought_together(store: Store) -> None:
    """Let Ada stand in a cohort and be a coordinator with an introduction that waits."""
    keys = ("user:41", "user:42", "user:43")
    store.profiles.save_many([Profile(key, f"P & {key}", page_id=1) for key in keys])
    store.rounds.replace(unmet=[], cohorts=[Cohort("lua", "en", keys)])
    store.coordinators.replace([41], at=NOW)
    store.coordinators.note_unknown(["Adnim", "<i>"], at=NOW)
    store.metadata.set("index-build", "together", at=NOW)
    match = Match(keys[1], keys[2], "lua", "lua", 1.0)
    store.introductions.make(match, coordinator=41, name="Ada", line="You two & Lua", at=NOW)


def joining_pages(client: FlaskClient, site: MemorySite, token: str) -> dict[str, str]:
    """Walk through joining somebody's request: before, refused, joined, on one's own page, left."""
    ask = "{{Capacity Exchange request|want=Lua}}"
    site.edit("Ben", "User:Ben", ask)
    page, store = site.pages["User:Ben"].id, context_of(client.application).store
    what = "lua"
    want = Want(what, "Lua & <i>", request="User:Ben", joins=3, until=NOW.date())
    ben = Profile("user:47", "Ben & <i>", page="User:Ben", page_id=page, edited=NOW, wants=(want,))
    store.profiles.save_many([ben])
    store.pages.save([PageRecord(page, "User:Ben", 2, 1, party="user:47", agreed=(47,))])
    store.metadata.set("index-build", "asked", at=NOW)
    address = f"/me/joined?of=user:47&what={quote(what)}"
    found = {"join": client.get(address).text, "join-requests": client.get("/requests").text}
    site.before_save = lambda: fail(EditRefused("protectedpage", "Why <b>\nand so"))
    sent = {"csrf_token": token, "step": "join"}
    found["join-refused"] = client.post(address, data=sent).text
    site.before_save = lambda: None
    found["join-done"] = client.post(address, data=sent).text
    found["join-there"] = client.get(address).text
    found["join-me"] = client.get("/me").text
    found["join-left"] = client.post(address, data=sent | {"step": "leave"}).text
    site.edit("Ben", "User:Ben", "Thanks!")
    found["join-gone"] = client.get(address).text
    return found


def wanting_pages(client: FlaskClient, site: MemorySite, token: str) -> dict[str, str]:
    """Walk through wanting what somebody wants whom no list knows: before, refused, wanted, left."""
    own = "User:Ada/Capacity Exchange"
    before = site.pages[own].text if own in site.pages else ""
    site.edit("Ada", own, "{{Capacity Exchange profile|offers=SQL|languages=en}}")
    name, store = "Zither & <i>", context_of(client.application).store
    want = Want(f"unlisted:{name.casefold()}", name)
    store.profiles.save_many(
        [Profile(f"user:{at}", f"Z{at} & <i>", edited=NOW, wants=(want,)) for at in range(60, 66)]
    )
    store.metadata.set("index-build", "wanted", at=NOW)
    address = f"/me/wanted?of=user:60&what={quote(want.capacity)}"
    found = {"want": client.get(address).text, "want-requests": client.get("/requests").text}
    site.before_save = lambda: fail(EditRefused("protectedpage", "Why <b>\nand so"))
    sent = {"csrf_token": token, "step": "join"}
    found["want-refused"] = client.post(address, data=sent).text
    site.before_save = lambda: None
    found["want-done"] = client.post(address, data=sent).text
    found["want-there"] = client.get(address).text
    found["want-left"] = client.post(address, data=sent | {"step": "leave"}).text
    site.edit("Ada", own, before)
    return found


def after_a_yes(store: Store) -> dict[str, str]:
    """Let Ada have said yes to one and learnt from another; the addresses of what comes then."""
    done = SuggestionStatus.EXCHANGED
    ids = {}
    for at, status in ((42, SuggestionStatus.ACCEPTED), (43, done)):
        match = Match("user:41", f"user:{at}", "lua", "lua", 1.0)
        (made,) = store.suggestions.plan([Suggestion(match, "2026-W30", NOW)])
        store.suggestions.mark_notified([made.id], at=NOW)
        store.suggestions.answer(made.id, status=status, by="user:41", via="web", at=NOW)
        ids[status] = made.id
    yes = ids[SuggestionStatus.ACCEPTED]
    notice = "fedcba9876543210"
    row = Notice(notice, "user:41", 41, "Ada", "2026-W47/check-in", NOW, (yes,))
    store.notices.restore([replace(row, state=NoticeState.SENT, ended=NOW)])
    return {
        "plan": f"/me/matches/{yes}/plan",
        "share": f"/me/matches/{ids[done]}/share",
        "quality": f"/me/matches/{ids[done]}/quality",
        "not-yet": f"/answer/{notice}/not-yet",
        "it-helped": f"/answer/{notice}/it-helped",
    }


def pages_of(client: FlaskClient, site: MemorySite) -> dict[str, str]:
    """Walk through the pages behind the login as somebody does to whom all goes wrong once."""
    found = {"form": client.get("/me/profile").text}
    token = re.search(r'name="csrf_token" value="([^"]+)"', found["form"])
    assert token
    typed = {
        "csrf_token": token[1],
        "base": "0",
        "offers-0-capacity": "Lua",
        "wants-0-capacity": "kites",
    }

    def send(**more: str) -> str:
        return client.post("/me/profile", data=typed | more).text

    found["preview"] = send(step="preview")
    found["errors"] = send(step="preview", timezone="Nowhere")
    for code in ("blocked", "assertuserfailed", "abusefilter-warning"):
        site.before_save = lambda code=code: fail(EditRefused(code, "Why <b>\nand so"))  # type: ignore[misc]
        found[code] = send(step="save")
    site.before_save = lambda: None
    found["saved"] = send(step="save")
    newer = "{{Capacity Exchange profile\n| offers = Lua\n| about = Theirs\n}}"
    site.edit("Ada", "User:Ada/Capacity Exchange", newer)
    found["conflict"] = send(step="preview", base="77", about="Mine")
    found["changed"] = send(csrf_token="made up")
    for page in ("/me", "/me/known", "/me/request", "/me/stop", "/me/gone", "/login/done?error=x"):
        found[page.strip("/").replace("/", "-").partition("?")[0]] = client.get(page).text
    brought_together(context_of(client.application).store)
    for page in ("/me", "/me/known", "/introduce", "/coordinate"):
        found[f"together-{page.strip('/').replace('/', '-')}"] = client.get(page).text
    cohort = {"csrf_token": token[1], "capacity": "lua", "language": "en"}
    for step, at in (("decline", "/me"), ("", "/me/known")):
        client.post("/me/cohorts", data=cohort | {"step": step})
        found[f"declined-{step}"] = client.get(at).text
    after = after_a_yes(context_of(client.application).store)
    sent = {"csrf_token": token[1], "quality": "2", "goal": "P & <i>", "next": "2020-01-01"}
    client.post(after["quality"], data=sent)
    found["after"] = client.get("/me").text
    for name in ("plan", "not-yet", "it-helped"):
        found[name] = client.get(after[name]).text
    found["plan-wrong"] = client.post(after["plan"], data=sent | {"step": "save"}).text
    fields = sent | {"step": "save", "next": "", "began": "0", "was": ""}
    found["plan-saved"] = client.post(after["plan"], data=fields).text
    found["shared"] = client.post(after["share"], data=sent).text
    client.post(after["not-yet"], data=sent | {"number": "1"})
    found["not-yet-said"] = client.get(after["not-yet"]).text
    client.post("/introduce/1/back", data=typed)
    found["taken-back"] = client.get("/introduce?said=back").text
    found |= joining_pages(client, site, token[1])
    found |= wanting_pages(client, site, token[1])
    found["forget"] = client.post("/me/forget", data=typed).text
    client.delete_cookie("exchange")
    found["ended"] = send(step="save")
    return found


def test_every_page_behind_the_login_is_valid_html(
    client: FlaskClient, site: MemorySite, tmp_path: Path
) -> None:
    pages = pages_of(client, site)
    assert "choice-" in pages["conflict"]
    assert "Lua" in pages["ended"]
    assert "Not for me" in pages["together-me"]
    assert "You said: not for me" in pages["declined-decline"]
    assert "Requests that you joined" in pages["join-me"]
    assert "4 people need this" in pages["join-requests"]
    assert "no longer on its page" in pages["join-gone"]
    assert "Introduce them again" in pages["taken-back"]
    assert "It helped a good deal" in pages["after"]
    assert 'aria-invalid="true"' in pages["plan-wrong"]
    assert "Your words are on" in pages["plan-saved"]
    assert "now stands among what you offer" in pages["shared"]
    assert "Suggest somebody else instead" in pages["not-yet-said"]
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    wrong = [
        f"{Path(one['url']).name}:{one.get('lastLine')}: {one['message']}"
        for one in checker_messages(folder)
        if one["type"] == "error"
    ]
    assert wrong == []
