"""What people do with the mouse: reply, answer on a phone, edit a profile in a form."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from exchange.model import SuggestionStatus
from tests.e2e.discussion.conftest import log_in
from tests.integration.delivery.world import World, profile_page
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.browser, pytest.mark.xdist_group("discussion")]

PHONE = {"width": 320, "height": 640}
PATIENCE = 60_000
"""Milliseconds for what loads the visual editor."""


def visit(page: Page, wiki: MediaWiki, title: str, **query: str) -> None:
    page.goto(f"{wiki.server}/index.php?{urlencode({'title': title, **query})}")


def too_wide(page: Page) -> list[str]:
    """Return the text of everything on the page that reaches over the edge of the screen."""
    return page.locator(".mw-parser-output").evaluate(  # type: ignore[no-any-return]
        """body => [...body.querySelectorAll('p, li, code, small, .capacity-exchange-notice')]
            .filter(each => each.getBoundingClientRect().right > innerWidth
                || each.scrollWidth > each.clientWidth + 1 && each.clientWidth)
            .map(each => each.textContent)"""
    )


@pytest.mark.parametrize("skin", ["vector-2022", "minerva"])
def test_the_reply_button_works_below_our_notice(
    page: Page, told: World, talking: MediaWiki, skin: str
) -> None:
    ada = told.name["Ada"]
    title = f"User talk:{ada}"
    before = talking.page(title) or ""
    if skin == "minerva":
        page.set_viewport_size(PHONE)
    log_in(page, talking, ada)
    visit(page, talking, title, useskin=skin)
    page.get_by_role("button", name="Reply").first.click()
    box = page.locator(".ext-discussiontools-ui-replyWidget")
    words = box.locator("[contenteditable=true], textarea:visible").first
    expect(words).to_be_visible(timeout=PATIENCE)
    words.click()
    page.keyboard.type("Thank you, I will write!")
    box.get_by_role("button", name="Reply", exact=True).click()
    expect(box).to_have_count(0, timeout=PATIENCE)
    expect(page.locator(".mw-parser-output")).to_contain_text("I will write!")
    after = talking.page(title) or ""
    assert after.startswith(before)
    assert after[len(before) :].strip().startswith(f":Thank you, I will write! [[User:{ada}|")


def test_on_a_phone_a_notice_can_be_read_and_answered(
    page: Page, told: World, talking: MediaWiki
) -> None:
    ada = told.name["Ada"]
    title = f"User talk:{ada}"
    page.set_viewport_size(PHONE)
    log_in(page, talking, ada)
    visit(page, talking, title, useskin="minerva")
    # Before an answer the template only marks the place; what people read are the words below it.
    body = page.locator(".mw-parser-output")
    expect(body.get_by_text(f"Hello {ada}!")).to_be_visible()
    expect(body.get_by_text("Nothing else is needed.")).to_be_visible()
    bar = page.locator(".capacity-exchange-notice")
    expect(bar).to_have_count(1)
    expect(bar).to_be_empty()
    assert too_wide(page) == []
    page.locator(".mw-editsection a").first.click()
    words = page.locator("#wpTextbox1")
    text = words.input_value()
    assert text.count("|status=\n") == 1
    words.fill(text.replace("|status=", "|status= in touch", 1))
    page.locator("#wpSave").click()
    expect(bar).to_be_visible()
    expect(bar).to_contain_text("in touch")
    assert too_wide(page) == []
    told.run(later=timedelta(days=1))
    assert told.status(ada) is SuggestionStatus.IN_TOUCH


def test_a_profile_is_edited_in_the_visual_editor_s_form(
    page: Page, told: World, talking: MediaWiki
) -> None:
    ada = told.name["Ada"]
    title = profile_page(ada)
    log_in(page, talking, ada)
    visit(page, talking, title, veaction="edit")
    profile = page.locator(".ve-ce-mwTransclusionNode.capacity-exchange-profile")
    expect(profile).to_be_visible(timeout=PATIENCE)
    profile.click(force=True, position={"x": 20, "y": 20})
    page.locator(".ve-ui-linearContextItem").get_by_role("button", name="Edit", exact=True).click()
    form = page.get_by_role("dialog")
    # Everything that TemplateData tells is there: names and help in words, values to choose from.
    expect(form).to_contain_text("A person's or group's profile in the Capacity Exchange")
    field = form.locator(".ve-ui-mwParameterPage", has_text="I can share").locator("textarea")
    field.first.fill("Wikidata (mentoring; expert)\nphoto contests")
    # What has words of its own can be chosen from them; all of them are there.
    often = form.locator(".ve-ui-mwParameterPage", has_text="Messages")
    often.locator(".oo-ui-comboBoxInputWidget-dropdownButton").click()
    options = page.locator(".oo-ui-menuSelectWidget:visible [role=option]")
    expect(options).to_have_text(["weekly", "fortnightly", "monthly", "no"])
    options.get_by_text("monthly").click()
    form.get_by_role("button", name="Apply changes").click()
    page.locator(".ve-ui-toolbar-saveButton").first.click()
    page.get_by_role("button", name="Save changes", exact=True).click()
    expect(page.locator(".ve-init-target-loading, .ve-ce-surface")).to_have_count(
        0, timeout=PATIENCE
    )
    expect(page.locator(".capacity-exchange-profile")).to_contain_text("photo contests")
    text = talking.page(title) or ""
    assert "|offers=Wikidata (mentoring; expert)\nphoto contests\n|wants=grant writing\n" in text
    assert "\n|notify=monthly\n" in text
