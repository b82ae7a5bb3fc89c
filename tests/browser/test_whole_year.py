"""A whole 年度 in a real browser: opened, learnt, reminded, entered from paper, fixed, and corrected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app.access.roles import Role
from app.courses.library import Library
from app.settings import Smtp
from tests.browser.report_files import rows
from tests.browser.year_walking import (
    RUN,
    Site,
    exempt,
    files,
    fix,
    group_training,
    import_roster,
    person,
    read_again,
    remind,
    sums,
    take,
)
from tests.browser_fixtures import NewPage
from tests.live_site import served
from tests.reminders.post_office import post_office
from tests.signing_in import give_operator
from tests.web.running import completed

#: The roster of 1 April: one joins in July; 任用終了日 and later are filled in as the year goes on.
APRIL = {
    "0000001": "0000001,例示 継続,0101,総務課,正規職員,2019/4/1,,本務,在職,,keizoku@city.example.jp",
    "0000002": "0000002,例示 休子,0101,総務課,正規職員,2019/4/1,,本務,育休,2025/10/1,yasuko@city.example.jp",
    "0000003": "0000003,例示 兼務,0101,総務課,正規職員,2019/4/1,,本務,在職,,kenmu@city.example.jp",
    "0000003b": "0000003,例示 兼務,0201,保育所,正規職員,2022/4/1,,兼務,在職,,kenmu@city.example.jp",
    "0000004a": "0000004,例示 再任,0201,保育所,会計年度(パート),2025/4/1,2026/3/31,本務,在職,,",
    "0000004b": "0000004,例示 再任,0201,保育所,会計年度(パート),2026/4/1,2027/3/31,本務,在職,,",
    "0000005": "0000005,例示 定年,0201,保育所,正規職員,1990/4/1,2026/9/30,本務,在職,,teinen@city.example.jp",
    "0000006": "0000006,例示 免除,0101,総務課,正規職員,2019/4/1,,本務,在職,,menjo@city.example.jp",
    "0000007": "0000007,例示 新人,0101,総務課,正規職員,2026/7/1,,本務,在職,,shinjin@city.example.jp",
    "0000008": "0000008,例示 未了,0101,総務課,正規職員,2019/4/1,,本務,在職,,miryo@city.example.jp",
    "0000010": "0000010,例示 市長,0001,市長室,公選職,2023/8/1,,本務,在職,,",
}
#: In July one came back from leave, and one after sixteen months elsewhere.
JULY = APRIL | {
    "0000002": APRIL["0000002"].replace("育休,2025/10/1", "在職,2026/7/20"),
    "0000009a": "0000009,例示 復職,0201,保育所,正規職員,2020/4/1,2025/3/31,本務,在職,,fuku@city.example.jp",
    "0000009b": "0000009,例示 復職,0201,保育所,正規職員,2026/7/10,,本務,在職,,fuku@city.example.jp",
}
#: Known in April only: one had left on 20 March.
LATE = JULY | {"0000001": APRIL["0000001"].replace("2019/4/1,,", "2019/4/1,2027/3/20,")}


@pytest.fixture
def site(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, new_page: NewPage) -> Iterator[Site]:
    monkeypatch.setenv("KENSHU_NOW", "2026-04-01T10:00")
    jinji = give_operator("jinji", Role.HR, name="人事の担当")
    with post_office() as office, served(app) as address:
        loaded = app.extensions["kenshu"]
        smtp = Smtp("127.0.0.1", "kenshu@city.example.jp", office.port)
        app.extensions["kenshu"] = replace(loaded, settings=replace(loaded.settings, smtp=smtp))
        yield Site(address, office, monkeypatch, tmp_path, new_page, new_page("desktop"), jinji)


def test_a_whole_year(site: Site, library: Library) -> None:
    site.on("2026-04-01T10:00")
    import_roster(site, APRIL)
    for number in ("0000001", "0000002", "0000003", "0000004", "0000005", "0000006", "0000008"):
        completed(person(number), date(2025, 5, 1))

    site.on("2026-05-20T10:00")
    open_the_run(site)
    exempt(site, "0000006")

    site.on("2026-06-01T10:00")
    assert remind(site) == {"keizoku", "kenmu", "teinen", "miryo"}
    counted(sums(site, "2026-06-01"), 在籍者数=8, 対象者数=5, 修了=0, 免除=1, 猶予=1, 対象外=1)
    june(site, library)
    july(site)

    returned = site.learner("2026-09-01T12:00", "0000002")
    expect(returned.locator(f"[aria-labelledby=run-{RUN}]")).to_contain_text("令和8年9月18日")
    assert take(returned, site, library) == "passed"

    site.on("2027-03-31T18:00")
    counted(
        sums(site, "2027-03-31"),
        在籍者数=9, 対象者数=6, 修了=5, 期限内修了=5, 期限超過=1, 免除=1, 対象外=2, 修了率="83.3",
    )  # fmt: skip
    fixed_and_corrected(site)


def open_the_run(site: Site) -> None:
    """The preview says who is in and out, and shows the dates of typical people; then HR opens it."""
    site.hr.goto(f"{site.address}/hr/years/new?fiscal_year=2026")
    site.hr.get_by_label("出題数").fill("5")
    site.hr.get_by_role("button", name="対象になる人を確かめる").click()
    numbers = site.hr.get_by_role("group", name="人数")
    for words in ("対象 7人", "うち猶予 1人", "対象外 1人", "在籍 8人"):
        expect(numbers).to_contain_text(words)
    site.hr.locator("summary", has_text="所属別").click()
    assert table(site.hr, "職員区分別") == {
        "正規職員": "6 6 1 0 ", "会計年度任用職員(パートタイム)": "1 1 0 0 ",
        "公選職": "1 0 0 1 公選職(ガイドラインの適用除外) 1",
    }  # fmt: skip
    assert table(site.hr, "所属別") == {
        "市長室": "1 0 0 1 公選職(ガイドラインの適用除外) 1", "総務課": "5 5 1 0 ", "保育所": "2 2 0 0 "
    }  # fmt: skip
    assert table(site.hr, "対象にならない人の内訳") == {"公選職(ガイドラインの適用除外)": "1", "合計": "1"}
    expect(site.hr.locator("[aria-labelledby=reasons] ul")).to_contain_text("0000010 例示 市長")
    typical = site.hr.locator(".years-typical > div")
    for who, gets in {
        "期間中に採用される人 0000007 例示 新人": "研修そのものを受けます。期限は令和8年7月31日です。",
        "期間中に休みから戻る人": "期限は令和8年8月31日です(全員の期限は令和8年7月31日)。",
        "二つの職に就いている人 0000003 例示 兼務": "期限は全員と同じ令和8年7月31日です。二つの職でも",
        "4月1日に再び任用された人 0000004 例示 再任": "期限は全員と同じ令和8年7月31日です。",
        "年度内に退職する人 0000005 例示 定年": "令和8年9月30日に任用が終わり",
    }.items():
        expect(typical.filter(has_text=who)).to_contain_text(gets)
    site.hr.get_by_role("button", name="この内容で開く").click()
    expect(site.hr).to_have_url(f"{site.address}/hr/years/{RUN}")


def june(site: Site, library: Library) -> None:
    """One fails, reads again and passes; one passes at the first try."""
    learner = site.learner("2026-06-10T12:00", "0000001")
    assert take(learner, site, library, wrong=2) == "failed"
    read_again(learner, site)
    assert take(learner, site, library) == "passed"
    assert take(site.learner("2026-06-12T12:00", "0000005"), site, library) == "passed"


def july(site: Site) -> None:
    """People come and come back, get their own dates; some are entered from a list; August is overdue."""
    site.on("2026-07-21T10:00")
    import_roster(site, JULY)
    completed(person("0000009"), date(2021, 5, 1))
    lines = by_person(site, "2026-07-21")
    for number, stands in {
        "0000002": ("未着手", "2026-09-18"), "0000007": ("対象外", ""),
        "0000008": ("未着手", "2026-07-31"), "0000009": ("未着手", "2026-08-10"),
    }.items():  # fmt: skip
        assert (lines[number]["状況"], lines[number]["期限"]) == stands
    assert remind(site) == {"yasuko", "shinjin", "kenmu", "miryo", "fuku"}
    group_training(site, "集合", "2026-07-21", ["0000003", "0000004", "0000009"])
    counted(sums(site, "2026-07-21"), 在籍者数=10, 対象者数=7, 修了=5, 未着手=2, 免除=1, 対象外=2)
    site.on("2026-08-03T10:00")
    assert remind(site) == {"miryo", "shinjin", "yasuko"}


def fixed_and_corrected(site: Site) -> None:
    """The report of 31 March is fixed; what comes to be known in April is told beside it."""
    then = by_person(site, "2027-03-31")
    assert {number: line["状況"] for number, line in then.items()} == {
        "0000001": "修了", "0000002": "修了", "0000003": "修了", "0000004": "修了", "0000006": "免除",
        "0000007": "対象外", "0000008": "期限超過", "0000009": "修了", "0000010": "対象外",
    }  # fmt: skip
    fixed = fix(site, "2027-03-31")
    expect(site.hr.locator("main")).to_contain_text("変わったところはありません")
    kept = files(site)

    site.on("2027-04-12T10:00")
    import_roster(site, LATE)
    group_training(site, "紙", "2026-12-10", ["0000008"])
    site.hr.goto(fixed)
    assert files(site) == kept
    expect(site.hr.get_by_role("heading", name="確定後の変動(2人)")).to_be_visible()
    left = site.hr.get_by_role("row", name="例示 継続")
    expect(left).to_contain_text("載っている → 載っていない")
    expect(left).to_contain_text("令和9年4月12日 任用の期間")
    late = site.hr.get_by_role("row", name="例示 未了")
    expect(late).to_contain_text("状況: 期限超過 → 修了")
    expect(late).to_contain_text("令和9年4月12日 修了の記録(紙 8総人第34号)")
    counted(sums(site, "2027-03-31"), 在籍者数=8, 対象者数=5, 修了=5, 期限内修了=4)
    assert by_person(site, "2027-03-31", known_at="2027-03-31") == then


def by_person(site: Site, as_of: str, **asked: str) -> dict[str, dict[str, str]]:
    """The run's lines by 職員番号."""
    found = rows(site.hr, site.address, by="person", run=RUN, as_of=as_of, **asked)
    return {row["職員番号"]: row for row in found}


def counted(total: dict[str, int | str], **numbers: int | str) -> None:
    assert {name: total[name] for name in numbers} == numbers


def table(hr: Page, caption: str) -> dict[str, str]:
    """A table's lines: the first cell -> the others."""
    lines = hr.get_by_role("table", name=caption).locator("tbody tr, tfoot tr")
    cells = lines.evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.innerText))")
    return {first: " ".join(rest) for first, *rest in cells}
