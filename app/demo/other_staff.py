"""The rest of the staff list: the mayor, the re-employed, fixed terms, substitutes, people from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from app.demo.cast import MAYOR, VETERAN
from app.demo.names import Human
from app.demo.organisation import SUCCESSORS
from app.demo.posts import DAY, Place, Post, within_years
from app.demo.regulars import SOURCE, Employee
from app.demo.years import Years
from app.fiscal_year import FiscalYear

#: People in the staff list who are no city employees.
OUTSIDERS = (
    ("0203", "システム運用", "派遣労働者"),
    ("0203", "システム運用", "派遣労働者"),
    ("030101", "窓口受託業務", "委託"),
    ("030101", "窓口受託業務", "委託"),
    ("030101", "窓口受託業務", "委託"),
    ("0101", "庁舎警備", "委託"),
    ("0101", "庁舎清掃", "委託"),
    ("1012", "貸館受付", "シルバー人材センター"),
    ("1012", "貸館受付", "シルバー人材センター"),
    ("1011", "読み聞かせ", "ボランティア"),
)


def special_posts(years: Years, people: Iterator[Human]) -> list[Post]:
    """市長 (elected), 副市長 and 教育長, term after term."""
    first = years.this.year - 3
    found = []
    for human, number, title, category, code, length, month in (
        (MAYOR, "0000001", "市長", "公選", "0205", 4, 8),
        (next(people), "0000002", "副市長", "特別職(常勤)", "0101", 4, 10),
        (next(people), "0000003", "教育長", "特別職(常勤)", "10", 3, 7),
    ):
        start = date(first, month, 5)
        while start > years.opening:
            start = date(start.year - length, month, 5)
        while start <= years.today:
            end = date(start.year + length, month, 4)
            old = "0202" if code == "0205" else code
            post = _term(human, number, category, start, end, old, title)
            if code != old:
                post.move(max(years.reform, start), code, title)
            found.append(post)
            start = end + DAY
    return found


def reemployed(years: Years, retired: Sequence[tuple[date, Employee]]) -> list[Post]:
    """Retired people who come back under a new number (前職員番号 names the old one), year after year."""
    random = years.random("reemployed")
    found = [*_veteran(years)]
    number = 8002
    for day, employee in retired:
        if random.random() < 0.35:
            continue
        old = employee.post
        kind = random.choice(("暫定再任用(フル)", "暫定再任用(短)", "定年前再任用短時間", "再任用"))
        stays = random.randint(1, 4)
        place = old.places[-1].department
        title = "主査" if employee.trade == "事務" else old.places[-1].title
        last = date(day.year + stays, 3, 31)
        spans = [(day, last)] if kind == "定年前再任用短時間" else list(within_years(day, last))
        for start, end in spans:
            post = _term(old.human, f"{number:07d}", kind, start, end, _code_on(place, start, years), title)
            post.previous = old.number
            post.work_type = "常勤" if "フル" in kind else "短時間"
            found.append(post)
        number += 1
    return found


def fixed_terms(years: Years, people: Iterator[Human]) -> list[Post]:
    """任期付職員 of three years, one of whom becomes a regular each April under a new number."""
    random = years.random("fixed terms")
    units = ("0203", "0401", "0403", "0411", "0412", "0602", "0603", "0303", "1002")
    found: list[Post] = []
    for index, code in enumerate(units):
        start = date(years.opening.year - index % 3, 4, 1)
        while start <= years.today:
            number = f"{5001 + len(found):07d}"
            end = date(start.year + 3, 3, 31)
            human = next(people)
            found.append(_term(human, number, "任期付", start, end, code, random.choice(("主事", "専門員"))))
            if index % 4 == 0 and end < years.today:
                after = end + DAY
                post = Post(human, SOURCE, f"{6001 + index + start.year % 100 * 10:07d}", "正規", after, None,
                            [Place(after, code, "主任")], previous=number)  # fmt: skip
                found.append(post)
            start = end + DAY
    return found


def substitutes(years: Years, people: Iterator[Human]) -> list[Post]:
    """臨時的任用職員: half a year in place of somebody on leave."""
    random = years.random("substitutes")
    found: list[Post] = []
    for april in [FiscalYear.of(years.opening).first_day, *years.aprils]:
        for code in ("030101", "0411", "0403", "010501"):
            start = april + timedelta(days=random.randint(0, 170))
            start = start.replace(day=1)
            end = start + timedelta(days=182)
            if start > years.opening:
                title = "保育士" if code == "0411" else "主事"
                number = f"{7001 + len(found):07d}"
                found.append(_term(next(people), number, "臨時", start, end, code, title))
    return found


def from_elsewhere(years: Years, people: Iterator[Human]) -> list[Post]:
    """派遣(受入) from the prefecture for two years; and people who are no city employees at all."""
    found: list[Post] = []
    number = 4001
    for code in ("0602", "1002"):
        start = date(years.opening.year - 1, 4, 1)
        while start <= years.today:
            end = date(start.year + 2, 3, 31)
            post = _term(next(people), f"{number:07d}", "正規", start, end, code, "主査")
            post.states.append((start, "派遣(受入)"))
            found.append(post)
            number += 1
            start = end + DAY
    for code, title, category in OUTSIDERS:
        human = next(people)
        first = FiscalYear.of(years.opening).first_day
        for start, end in within_years(first, years.this.last_day):
            found.append(_term(human, f"{number:07d}", category, start, end, code, title))
        number += 1
    return found


def _veteran(years: Years) -> Iterator[Post]:
    start = years.this.first_day
    post = _term(VETERAN, "0008001", "暫定再任用(短)", start, years.this.last_day, "0103", "主査")
    post.previous, post.work_type = "0000906", "短時間"
    yield post


def _code_on(code: str, day: date, years: Years) -> str:
    return SUCCESSORS[code][0] if day >= years.reform and code in SUCCESSORS else code


def _term(human: Human, number: str, category: str, start: date, end: date, code: str, title: str) -> Post:
    post = Post(human, SOURCE, number, category, start, end, [Place(start, code, title)], planned=end)
    return post
