"""What HR and learners do in the browser over a 年度, step by step, by the names on the screen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app import clock
from app.access.sessions import open_session
from app.auth import cookie_name
from app.courses.library import Library
from app.db import db
from app.people.models import AppointmentRow
from tests.browser.report_files import adds_up
from tests.browser.walking import COURSE, answer_all
from tests.browser_fixtures import NewPage
from tests.reminders.post_office import PostOffice
from tests.signing_in import give_account

RUN = "sns-guideline-2026"
SUBJECT = f"{COURSE}|{RUN}"
HEADINGS = (
    "職員番号,氏名,所属コード,所属名,職員区分,任用開始日,任用終了日,本務兼務,在職区分,異動年月日,メール"
)


@dataclass
class Site:
    """The site that listens, its post office, and the clock that is moved."""

    address: str
    office: PostOffice
    monkeypatch: pytest.MonkeyPatch
    folder: Path
    new_page: NewPage
    hr: Page
    jinji: str

    def on(self, moment: str, page: Page | None = None, account: str = "") -> Page:
        """Move the clock; HR's page, or somebody else's, comes back with a session of that day."""
        self.monkeypatch.setenv("KENSHU_NOW", moment)
        page, account = page or self.hr, account or self.jinji
        token = open_session(account, clock.now(), clock.today())
        page.context.add_cookies([{"name": cookie_name(), "value": token, "url": self.address}])
        return page

    def learner(self, moment: str, number: str) -> Page:
        """Somebody with a 職員番号 on their own page, with an account made for the day."""
        self.monkeypatch.setenv("KENSHU_NOW", moment)
        page = self.on(moment, self.new_page("desktop"), give_account(person(number)))
        page.goto(f"{self.address}/")
        return page


def person(number: str) -> str:
    """The one person who holds or held a 職員番号."""
    db.session.rollback()  # what the pages kept since is read anew
    query = db.select(AppointmentRow.person_id).where(AppointmentRow.number == number).distinct()
    (only,) = db.session.scalars(query).all()
    db.session.rollback()
    return only


def import_roster(site: Site, lines: dict[str, str]) -> None:
    file = site.folder / "名簿.csv"
    file.write_text("\n".join([HEADINGS, *lines.values(), ""]), encoding="utf-8")
    site.hr.goto(f"{site.address}/hr/roster")
    site.hr.get_by_label("名簿のファイル").set_input_files(file)
    site.hr.get_by_role("button", name="変更の予定を見る").click()
    site.hr.get_by_role("button", name="取り込む", exact=True).click()
    expect(site.hr.locator("body")).to_contain_text("取り込みました")


def exempt(site: Site, number: str) -> None:
    site.hr.goto(f"{site.address}/hr/decisions/exemption/new?numbers={number}")
    site.hr.get_by_label("研修", exact=True).select_option(SUBJECT)
    site.hr.get_by_label("事由区分").select_option("担当の仕事の性質による")
    site.hr.locator("[name=start]").fill("2026-06-01")
    site.hr.locator("[name=end]").fill("2027-03-31")
    site.hr.get_by_label("文書番号").fill("8総人第5号")
    site.hr.get_by_role("button", name="確かめる").click()
    site.hr.get_by_role("button", name="1人について記録する").click()
    expect(site.hr.locator("body")).to_contain_text("免除")


def group_training(site: Site, method: str, held_on: str, numbers: list[str]) -> None:
    site.hr.goto(f"{site.address}/hr/group/entry")
    site.hr.get_by_label("研修", exact=True).select_option(SUBJECT)
    site.hr.get_by_label("受講方法").select_option(method)
    site.hr.locator("[name=held_on]").fill(held_on)
    site.hr.get_by_label("署名した人(講師や確認者)").fill("見本 講師")
    site.hr.get_by_label("名簿や答案の文書番号").fill("8総人第34号")
    site.hr.get_by_label("受講した人").fill("\n".join(numbers))
    site.hr.get_by_role("button", name="確かめる").click()
    site.hr.get_by_role("button", name=f"{len(numbers)}人を記録する").click()
    expect(site.hr.locator("body")).to_contain_text(f"{len(numbers)}人の受講を記録しました")


def remind(site: Site) -> set[str]:
    """Send what the day asks for, and press once more in a tab left open; return who got a mail."""
    before = len(site.office.taken)
    site.hr.goto(f"{site.address}/hr/reminders")
    stale: dict[str, str | float | bool] = {
        "csrf_token": site.hr.locator("[name=csrf_token]").first.input_value()
    }
    site.hr.get_by_role("button", name=re.compile(r"メールを\d+通送る")).click()
    expect(site.hr.locator("body")).to_contain_text("通送りました")
    assert site.hr.request.post(f"{site.address}/hr/reminders/send", form=stale).ok
    told = [to.partition("@")[0] for to, _message in site.office.taken[before:]]
    assert len(told) == len(set(told)), told
    return set(told)


def take(page: Page, site: Site, library: Library, wrong: int = 0) -> str:
    """The run's test from its start to its end, so many answers wrong; return passed or failed."""
    course = library.course(COURSE)
    assert course is not None
    scenarios = {one.title: one for section in course.sections for one in section.scenarios}
    page.goto(f"{site.address}/courses/{COURSE}/refresher/{RUN}/")
    page.get_by_role("button", name="確認テストを始める").or_(
        page.get_by_role("button", name="もう一度受ける")
    ).click()
    return answer_all(page, scenarios, wrong)


def read_again(page: Page, site: Site) -> None:
    """読みました on each lesson the page asks for; before that no new test is offered."""
    expect(page.get_by_role("button", name="もう一度受ける")).to_have_count(0)
    page.goto(f"{site.address}/courses/{COURSE}/refresher/{RUN}/")
    lesson = page.locator("[aria-labelledby=read-first] a").first
    expect(lesson).to_be_visible()
    while lesson.count():
        lesson.click()
        page.get_by_role("button", name="読みました").click()
        expect(page.get_by_role("button", name="読みました")).to_have_count(0)
        page.goto(f"{site.address}/courses/{COURSE}/refresher/{RUN}/")


def sums(site: Site, as_of: str) -> dict[str, int | str]:
    """Every table of the run adds up, line by line, and all say the same in the end; return the 合計."""
    found = [
        adds_up(site.hr, site.address, form, run=RUN, as_of=as_of)
        for form in ("department", "category", "authority")
    ]
    assert found[0] == found[1] == found[2]
    return found[0]


def fix(site: Site, as_of: str) -> str:
    """Fix the run's report of a day; return its address."""
    site.hr.goto(f"{site.address}/hr/report/fixed")
    site.hr.get_by_label("研修", exact=True).select_option(SUBJECT)
    site.hr.locator("[name=as_of]").fill(as_of)
    site.hr.get_by_label("決裁番号").fill("8総人第99号")
    site.hr.get_by_role("button", name="いまの内容で確定する").click()
    expect(site.hr.get_by_role("heading", level=1)).to_have_text("令和8年度第1号")
    return site.hr.url


def files(site: Site) -> dict[str, bytes]:
    """Every file of the fixed report shown, byte for byte."""
    links = site.hr.locator(".fixed-files a")
    found = {link.inner_text(): site.hr.request.get(link.evaluate("a => a.href")) for link in links.all()}
    assert len(found) == 8 and all(answer.ok for answer in found.values())
    return {name: answer.body() for name, answer in found.items()}
