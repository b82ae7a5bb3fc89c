"""The preview of a run: counts that add up, and the dates of a few people, real or made up."""

from __future__ import annotations

from datetime import date

from app.people.employment import Category, ServiceState
from app.reports.run_preview import preview
from app.reports.typical_people import NEW_HIRE, REAPPOINTED, RETIRING, TWO_POSTS
from tests.reports.makers import RULES, done, facts, person, post
from tests.training.test_refresher import RUN

LONG_AGO = date(2020, 4, 1)
LAST_YEAR = date(2025, 5, 1)
CLERK = person(post(LONG_AGO), name="見本 事務")
AWAY = person(
    post(LONG_AGO, states=((date(2026, 5, 1), ServiceState.LEAVE), (date(2026, 7, 6), ServiceState.ACTIVE))),
    name="見本 休",
)
TWICE = person(post(LONG_AGO), post(LONG_AGO, main=False, department="021"), name="見本 兼務")
AGAIN = person(
    post(date(2025, 4, 1), date(2026, 3, 31), Category.FISCAL_YEAR_PART),
    post(date(2026, 4, 1), date(2027, 3, 31), Category.FISCAL_YEAR_PART),
    name="見本 再任",
)
LEAVES = person(post(LONG_AGO, date(2026, 9, 30)), name="見本 退職")
COMES = person(post(date(2026, 7, 1)), name="見本 新人")
MAYOR = person(post(LONG_AGO, category=Category.ELECTED, department=None), name="見本 市長")
CORPS = person(post(LONG_AGO, category=Category.FIRE_CORPS), name="見本 団員")
EVERYBODY = [CLERK, AWAY, TWICE, AGAIN, LEAVES, COMES, MAYOR, CORPS]
PROGRESS = {p.id: done(LAST_YEAR) for p in (CLERK, AWAY, TWICE, AGAIN, LEAVES)}


def test_the_counts_add_up_and_say_why() -> None:
    seen = preview(facts(EVERYBODY, PROGRESS), RULES, RUN)
    assert (seen.total.employed, seen.total.joins, seen.total.deferred, seen.total.out) == (7, 5, 1, 2)
    assert dict(seen.total.why) == {"公選職(ガイドラインの適用除外)": 1, "受講が任意の職員区分": 1}
    for rows in (seen.categories, [r for r in seen.departments if r.level == 1]):
        assert sum(row.employed for row in rows) == seen.total.employed
        assert sum(row.joins for row in rows) == seen.total.joins
        assert all(sum(count for _reason, count in row.why) == row.out for row in [*rows, seen.total])
    assert [(row.name, row.why) for row in seen.categories if row.why] == [
        ("消防団員", [("受講が任意の職員区分", 1)]),
        ("公選職", [("公選職(ガイドラインの適用除外)", 1)]),
    ]
    assert [one.person for one in seen.elected] == [MAYOR]


def test_a_few_people_with_the_dates_they_will_get() -> None:
    seen = preview(facts(EVERYBODY, PROGRESS), RULES, RUN)
    dates = {one.kind: (one.who.split(" ", 1)[-1], one.due) for one in seen.typical}
    assert dates == {
        NEW_HIRE: ("見本 新人", date(2026, 7, 31)),
        "期間中に休みから戻る人": ("見本 休", date(2026, 9, 4)),
        TWO_POSTS: ("見本 兼務", date(2026, 7, 31)),
        REAPPOINTED: ("見本 再任", date(2026, 7, 31)),
        RETIRING: ("見本 退職", date(2026, 7, 31)),
    }
    words = {one.kind: one.says for one in seen.typical}
    assert "研修そのものを受けます。" in words[NEW_HIRE]
    assert "受けるのは一度です。" in words[TWO_POSTS]
    assert "令和8年9月30日に任用が終わり、翌日からは対象ではありません。" in words[RETIRING]


def test_where_there_is_nobody_of_a_kind_an_example_is_made_up() -> None:
    seen = preview(facts([CLERK], PROGRESS), RULES, RUN)
    assert [one.who for one in seen.typical] == [""] * 5
    assert all("例: " in one.says and one.due is not None for one in seen.typical)
