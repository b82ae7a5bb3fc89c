"""A whole 年度 in a real browser: opened, learnt, reminded, entered from paper, fixed, and corrected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app.access.roles import Role
from app.courses.library import Library
from app.db import db
from app.people.models import AppointmentRow
from app.settings import Smtp
from tests.browser.walking import COURSE, answer_all, sign_in
from tests.browser_fixtures import NewPage
from tests.live_site import served
from tests.reminders.post_office import PostOffice, post_office
from tests.signing_in import PASSWORD, give_account, give_operator
from tests.web.running import completed

RUN = "sns-guideline-2026"
HEADINGS = (
    "職員番号,氏名,所属コード,所属名,職員区分,任用開始日,任用終了日,本務兼務,在職区分,異動年月日,メール"
)
#: The roster of 1 April; 任用終了日 and later are filled in as the year goes on.
APRIL = {
    "0000001": "0000001,例示 継続,0101,総務課,正規職員,2019/4/1,,本務,在職,,keizoku@city.example.jp",
    "0000002": "0000002,例示 休子,0101,総務課,正規職員,2019/4/1,,本務,育休,2025/10/1,yasuko@city.example.jp",
    "0000003": "0000003,例示 兼務,0101,総務課,正規職員,2019/4/1,,本務,在職,,kenmu@city.example.jp",
    "0000003b": "0000003,例示 兼務,0201,保育所,正規職員,2022/4/1,,兼務,在職,,kenmu@city.example.jp",
    "0000004a": "0000004,例示 再任,0201,保育所,会計年度(パート),2025/4/1,2026/3/31,本務,在職,,",
    "0000004b": "0000004,例示 再任,0201,保育所,会計年度(パート),2026/4/1,2027/3/31,本務,在職,,",
    "0000005": "0000005,例示 定年,0201,保育所,正規職員,1990/4/1,2026/9/30,本務,在職,,teinen@city.example.jp",
    "0000006": "0000006,例示 免除,0101,総務課,正規職員,2019/4/1,,本務,在職,,menjo@city.example.jp",
}
NEW = {"0000007": "0000007,例示 新人,0101,総務課,正規職員,2026/7/1,,本務,在職,,shinjin@city.example.jp"}
BACK = {"0000002": APRIL["0000002"].replace("育休,2025/10/1", "在職,2026/7/20")}
#: Known in April only: one had left on 20 March.
LATE = {"0000001": APRIL["0000001"].replace("2019/4/1,,", "2019/4/1,2027/3/20,")}


@dataclass
class Site:
    """The site that listens, its post office, and the clock that is moved."""

    address: str
    office: PostOffice
    monkeypatch: pytest.MonkeyPatch
    folder: Path
    new_page: NewPage

    def on(self, moment: str, login: str, page: Page | None = None) -> Page:
        """Move the clock and sign somebody in; a session of an earlier day has run out."""
        self.monkeypatch.setenv("KENSHU_NOW", moment)
        page = page or self.new_page("desktop")
        page.context.clear_cookies()
        sign_in(page, self.address, login, PASSWORD)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page


@pytest.fixture
def site(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, new_page: NewPage
) -> Iterator[Site]:
    monkeypatch.setenv("KENSHU_NOW", "2026-04-01T10:00")
    give_operator("jinji", Role.HR, name="人事の担当")
    with post_office() as office, served(app) as address:
        loaded = app.extensions["kenshu"]
        smtp = Smtp("127.0.0.1", "kenshu@city.example.jp", office.port)
        app.extensions["kenshu"] = replace(loaded, settings=replace(loaded.settings, smtp=smtp))
        yield Site(address, office, monkeypatch, tmp_path, new_page)


def test_a_whole_year(site: Site, library: Library) -> None:
    hr = site.on("2026-04-01T10:00", "jinji")
    import_roster(site, hr, APRIL)
    for number in ("0000001", "0000002", "0000003", "0000004", "0000005", "0000006"):
        completed(person(number), date(2025, 5, 1))

    site.on("2026-05-20T10:00", "jinji", hr)
    open_the_run(site, hr)
    exempt(site, hr, "0000006")

    site.on("2026-06-01T10:00", "jinji", hr)
    assert remind(site, hr) == {"keizoku", "kenmu", "teinen"}
    learner = learner_on(site, "0000001", "2026-06-10T12:00")
    assert take(learner, site, library, right=False) == "failed"
    expect(learner.get_by_role("button", name="もう一度受ける")).to_have_count(0)
    read_again(learner, site)
    assert take(learner, site, library) == "passed"

    site.on("2026-07-21T10:00", "jinji", hr)
    import_roster(site, hr, APRIL | BACK | NEW)
    remind(site, hr)
    assert "keizoku" not in told_since(site, 3) and "menjo" not in told_since(site, 0)
    assert {"yasuko", "shinjin"} <= told_since(site, 3)
    before = len(site.office.taken)
    assert remind(site, hr) == set() and len(site.office.taken) == before
    group_training(site, hr, ["0000003", "0000004"])

    site.on("2027-03-31T18:00", "jinji", hr)
    assert states(hr, site) == {
        "0000001": "修了", "0000002": "期限超過", "0000003": "修了", "0000004": "修了",
        "0000006": "免除", "0000007": "対象外",
    }  # fmt: skip
    fixed = fix(hr, site)
    expect(hr.locator("main")).to_contain_text("変わったところはありません")

    site.on("2027-04-12T10:00", "jinji", hr)
    import_roster(site, hr, APRIL | BACK | NEW | LATE)
    hr.goto(fixed)
    changed = hr.get_by_role("row", name="例示 継続")
    expect(changed).to_contain_text("載っている → 載っていない")
    expect(changed).to_contain_text("任用の期間")
    expect(hr.get_by_role("heading", name="確定後の変動(1人)")).to_be_visible()


def import_roster(site: Site, hr: Page, lines: dict[str, str]) -> None:
    file = site.folder / "名簿.csv"
    file.write_text("\n".join([HEADINGS, *lines.values(), ""]), encoding="utf-8")
    hr.goto(f"{site.address}/hr/roster")
    hr.get_by_label("名簿のファイル").set_input_files(file)
    hr.get_by_role("button", name="変更の予定を見る").click()
    hr.get_by_role("button", name="取り込む", exact=True).click()
    expect(hr.locator("body")).to_contain_text("取り込みました")


def person(number: str) -> str:
    db.session.rollback()  # what the pages kept since is read anew
    found = db.session.scalars(
        db.select(AppointmentRow.person_id).where(AppointmentRow.number == number).distinct()
    ).all()
    db.session.rollback()
    (only,) = found
    return only


def open_the_run(site: Site, hr: Page) -> None:
    """The preview says who is in and shows the dates of typical people; nothing is opened before."""
    hr.goto(f"{site.address}/hr/years/new?fiscal_year=2026")
    hr.get_by_label("出題数").fill("5")
    hr.get_by_role("button", name="対象になる人を確かめる").click()
    numbers = hr.get_by_role("group", name="人数")
    expect(numbers).to_contain_text("対象 6人")
    expect(numbers).to_contain_text("うち猶予 1人")
    typical = hr.locator(".years-typical")
    for words in ("休みから戻る人", "0000003 例示 兼務", "0000004 例示 再任", "0000005 例示 定年"):
        expect(typical).to_contain_text(words)
    hr.get_by_role("button", name="この内容で開く").click()
    expect(hr).to_have_url(f"{site.address}/hr/years/{RUN}")


def exempt(site: Site, hr: Page, number: str) -> None:
    hr.goto(f"{site.address}/hr/decisions/exemption/new?numbers={number}")
    hr.get_by_label("研修", exact=True).select_option(f"{COURSE}|{RUN}")
    hr.get_by_label("事由区分").select_option("担当の仕事の性質による")
    hr.locator("[name=start]").fill("2026-06-01")
    hr.locator("[name=end]").fill("2027-03-31")
    hr.get_by_label("文書番号").fill("8総人第5号")
    hr.get_by_role("button", name="確かめる").click()
    hr.get_by_role("button", name="1人について記録する").click()
    expect(hr.locator("body")).to_contain_text("免除")


def remind(site: Site, hr: Page) -> set[str]:
    """Send what the day asks for; return who got a mail."""
    before = len(site.office.taken)
    hr.goto(f"{site.address}/hr/reminders")
    button = hr.get_by_role("button", name="送る")
    if button.count():
        button.first.click()
        expect(hr.locator("body")).to_contain_text("通送りました")
    return told_since(site, before)


def told_since(site: Site, place: int) -> set[str]:
    return {to.partition("@")[0] for to, _message in site.office.taken[place:]}


def learner_on(site: Site, number: str, moment: str) -> Page:
    site.monkeypatch.setenv("KENSHU_NOW", moment)
    give_account(person(number))
    db.session.rollback()
    return site.on(moment, number)


def take(page: Page, site: Site, library: Library, right: bool = True) -> str:
    course = library.course(COURSE)
    assert course is not None
    scenarios = {one.title: one for section in course.sections for one in section.scenarios}
    page.goto(f"{site.address}/courses/{COURSE}/refresher/{RUN}/")
    page.get_by_role("button", name="確認テストを始める").or_(
        page.get_by_role("button", name="もう一度受ける")
    ).click()
    return answer_all(page, scenarios, right)


def read_again(page: Page, site: Site) -> None:
    """読みました on each lesson the page asks for, before the next draw."""
    while True:
        page.goto(f"{site.address}/courses/{COURSE}/refresher/{RUN}/")
        lesson = page.locator("[aria-labelledby=read-first] a").first
        if not lesson.count():
            return
        lesson.click()
        page.get_by_role("button", name="読みました").click()


def group_training(site: Site, hr: Page, numbers: list[str]) -> None:
    hr.goto(f"{site.address}/hr/group/entry")
    hr.get_by_label("研修", exact=True).select_option(f"{COURSE}|{RUN}")
    hr.locator("[name=held_on]").fill("2026-07-21")
    hr.get_by_label("署名した人(講師や確認者)").fill("見本 講師")
    hr.get_by_label("名簿や答案の文書番号").fill("8総人第34号")
    hr.get_by_label("受講した人").fill("\n".join(numbers))
    hr.get_by_role("button", name="確かめる").click()
    hr.get_by_role("button", name=f"{len(numbers)}人を記録する").click()
    expect(hr.locator("body")).to_contain_text(f"{len(numbers)}人の受講を記録しました")


def states(hr: Page, site: Site) -> dict[str, str]:
    """状況 in the run on 31 March, by 職員番号."""
    answer = hr.request.get(f"{site.address}/hr/report.csv?by=person&bare=1&run={RUN}&as_of=2027-03-31")
    lines = [line.split(",") for line in answer.body().decode("utf-8-sig").splitlines()]
    number, state = lines[0].index("職員番号"), lines[0].index("状況")
    return {line[number]: line[state] for line in lines[1:]}


def fix(hr: Page, site: Site) -> str:
    hr.goto(f"{site.address}/hr/report/fixed")
    hr.get_by_label("研修", exact=True).select_option(f"{COURSE}|{RUN}")
    hr.locator("[name=as_of]").fill("2027-03-31")
    hr.get_by_label("決裁番号").fill("8総人第99号")
    hr.get_by_role("button", name="いまの内容で確定する").click()
    expect(hr.get_by_role("heading", level=1)).to_have_text("令和8年度第1号")
    return hr.url
