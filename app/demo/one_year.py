"""会計年度任用職員: appointed anew every 1 April; some after a break, with two posts, or from abroad."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.demo.cast import ASSISTANT_TEACHER, COMPLETED, NEWCOMER, TWO_POSTS, UNDER_WAY
from app.demo.names import TECHNICAL_UTF8, Human
from app.demo.organisation import SUCCESSORS
from app.demo.posts import DAY, Place, Post, within_years
from app.demo.years import Years
from app.fiscal_year import FiscalYear

SOURCE = "会計年度"
FULL, PART = "会計年度(フル)", "会計年度(パート)"
#: Up to this chance a seat goes to somebody new in April: enough that every 年度 begins with a dip.
NEW_FACES = 0.26
#: An office that does not say which of the two.
UNSAID, UNSAYING = "会計年度任用", ("13", "08")


@dataclass(frozen=True, slots=True)
class Job:
    """Work that ``seats`` people of a 所属 do; one in ``full`` of them full-time (0 = none)."""

    department: str
    title: str
    seats: int
    full: int = 0


# 所属コード 職名 席数 フルタイムの割合(4は4人に1人)
_TABLE = """
030101 窓口事務補助 15
030102 国保事務補助 9
010501 課税事務補助 6
010502 課税事務補助 5
010503 収納補助 5
0101 事務補助 4
010201 事務補助 3
0103 事務補助 2
0104 工事検査補助 2
0201 統計調査補助 3
0202 広報補助 4
0203 ヘルプデスク 3
0302 環境指導員 9
0303 防災専門員 3
0304 窓口事務補助 6
0305 窓口事務補助 6
040101 就労支援員 6
040102 相談支援員 6
0402 介護認定調査員 14
0403 看護師 12 4
0404 家庭相談員 6
0405 放課後児童支援員 48
0411 保育士 28 3
0412 保育士 25 3
0413 保育士 24 3
0414 預かり保育補助 8
0501 事務補助 4
0502 事務補助 2
0503 観光案内員 4
0601 道路作業員 14 2
0602 公園管理員 8
0603 住宅管理員 4
0701 検針補助 4
0702 事務補助 3
0703 浄水場運転員 5 2
08 出納補助 2
09 事務補助 1
1001 事務補助 4
1002 特別支援教育支援員 14
1003 文化財調査補助 6
1011 図書館司書 22 6
1012 公民館指導員 8
1014 調理員 36 4
1021 学校用務員 6
1022 学校用務員 5
1031 学校用務員 5
1032 学校用務員 5
11 事務補助 1
13 農地相談員 2
"""


def _job(line: str) -> Job:
    department, title, *numbers = line.split()
    return Job(department, title, *map(int, numbers))


JOBS = tuple(_job(line) for line in _TABLE.strip().splitlines())
#: Where people began within the last thirty days.
RECENT = (
    ("1014", "調理員"),
    ("0411", "保育士"),
    ("0412", "保育士"),
    ("1011", "図書館司書"),
    ("030101", "窓口事務補助"),
    ("0402", "介護認定調査員"),
    ("0601", "道路作業員"),
    ("1002", "特別支援教育支援員"),
    ("0304", "窓口事務補助"),
    ("0403", "看護師"),
    ("010503", "収納補助"),
    ("0302", "環境指導員"),
)


class OneYearStaff:
    """Plays the years through; ``posts`` is what came of it."""

    def __init__(self, years: Years, people: Iterator[Human], foreigners: Iterator[Human]) -> None:
        self.years = years
        self.people = people
        self.foreigners = foreigners
        self.random = years.random("one-year staff")
        self.posts: list[Post] = []
        self.next_number = 9001001

    def play(self, returning: Human) -> list[Post]:
        """From the 年度 of the opening to today's; ``returning`` left as a regular and comes back."""
        first = FiscalYear.of(self.years.opening).first_day
        technical = [Human(*pair) for pair in TECHNICAL_UTF8]
        for job in JOBS:
            for seat in range(job.seats):
                category = FULL if job.full and seat % job.full == 0 else PART
                category = UNSAID if job.department in UNSAYING else category
                human = technical.pop() if technical and seat == 1 else next(self.people)
                self._seat(job, category, human, first)
        self._two_posts()
        self._assistant_teachers(first)
        self._short_terms()
        self._recent()
        self._questions(returning)
        self._cast()
        return self.posts

    def _seat(self, job: Job, category: str, human: Human, first: date) -> None:
        """One seat over the years: mostly the same person again, sometimes somebody else."""
        number, previous, start = self._number(), "", first
        while start <= self.years.today:
            last = FiscalYear.of(start).last_day
            post = self._appoint(human, number, category, start, last, job.department, job.title, previous)
            chance = self.random.random()
            following = last + DAY
            if chance < 0.03 and start.month == 4:
                post.leave(start + timedelta(days=self.random.randint(60, 300)))
                assert post.end is not None
                human, number, previous = next(self.people), self._number(), ""
                vacant = post.end + timedelta(days=self.random.randint(12, 40))
                following = vacant if vacant < last - timedelta(days=40) else following
            elif chance < NEW_FACES:
                human, number, previous = next(self.people), self._number(), ""
                following += timedelta(days=self.random.choice((0, 0, 0, 0, 0, 0, 30, 61)))
            elif chance < NEW_FACES + 0.03:
                following += timedelta(days=self.random.choice((14, 19, 44, 75)))
                previous = ""
            elif chance < NEW_FACES + 0.06:
                previous, number = number, self._number()
            else:
                previous = ""
            start = following

    def _two_posts(self) -> None:
        """A second school or library for some, in the same hours of the week."""
        schools = [p for p in self.posts if p.places[0].department in ("1021", "1031", "1011")]
        for post in [p for p in schools if p.number.endswith(("2", "7"))]:
            other = {"1021": "1022", "1031": "1032", "1011": "1012"}[post.places[0].department]
            end = post.end if post.left else post.planned
            assert end is not None
            second = self._appoint(
                post.human, post.number, post.category, post.start, end, other, post.places[0].title, ""
            )
            second.main = False
            second.left, second.planned = post.left, post.planned

    def _assistant_teachers(self, first: date) -> None:
        """ALTs: their year runs from August to July, so that each is two appointments."""
        for _ in range(5):
            human, number = next(self.foreigners), self._number()
            start = date(first.year - 1, 8, 1)
            until = date(start.year + self.random.randint(1, 4), 7, 31)
            while start <= self.years.today:
                for a, b in within_years(start, until):
                    self._appoint(human, number, PART, a, b, "1002", "外国語指導助手", "")
                start = until + DAY
                human, number = next(self.foreigners), self._number()
                until = date(start.year + 2, 7, 31)

    def _short_terms(self) -> None:
        """Helpers for an election (too short to owe the course) and for tax returns."""
        for april in [FiscalYear.of(self.years.opening).first_day, *self.years.aprils]:
            for _ in range(6):
                start = date(april.year, 7, 3)
                self._appoint(next(self.people), self._number(), PART, start, start + 19 * DAY, "11",
                              "選挙事務補助", "")  # fmt: skip
            for _ in range(7):
                start = date(april.year + 1, 2, 1)
                self._appoint(next(self.people), self._number(), PART, start, start + 43 * DAY, "010501",
                              "申告受付補助", "")  # fmt: skip

    def _recent(self) -> None:
        """People who began within the last thirty days, so that something is always under way."""
        for index, (code, title) in enumerate(RECENT):
            start = self.years.today - timedelta(days=2 + index * 5 // 2)
            self._until_march(next(self.people), self._number(), start, code, title)

    def _questions(self, returning: Human) -> None:
        """A number given to somebody else after half a year, and somebody back: HR is asked who it is."""
        start = FiscalYear.of(self.years.today - 300 * DAY).first_day
        number = "9000950"
        self._appoint(next(self.people), number, PART, start, start + 120 * DAY, "0602", "公園管理員", "")
        self._until_march(next(self.people), number, self.years.today - 20 * DAY, "0602", "公園管理員")
        self._until_march(returning, "9000951", self.years.today - 24 * DAY, "1012", "公民館指導員")

    def _cast(self) -> None:
        today = self.years.today
        self._until_march(NEWCOMER, "9000901", today - 3 * DAY, "030101", "窓口事務補助")
        self._until_march(UNDER_WAY, "9000902", today - 12 * DAY, "0411", "保育士")
        self._until_march(TWO_POSTS, "9000904", today - 18 * DAY, "1021", "学校図書館支援員")
        for post in [p for p in self.posts if p.number == "9000904"]:
            assert post.end is not None
            second = self._appoint(
                TWO_POSTS, "9000904", PART, post.start, post.end, "1031", "学校図書館支援員", ""
            )
            second.main, second.listed_from = False, post.listed_from
        self._until_march(ASSISTANT_TEACHER, "9000905", today - 9 * DAY, "1002", "外国語指導助手")
        first = FiscalYear.of(self.years.opening).first_day
        for start, end in within_years(first, self.years.this.last_day):
            self._appoint(COMPLETED, "9000903", PART, start, end, "1011", "図書館司書", "")

    def _until_march(self, human: Human, number: str, start: date, code: str, title: str) -> None:
        """From ``start`` as far as appointments are known, re-appointed when 1 April lies between."""
        for first, last in within_years(start, self.years.horizon):
            post = self._appoint(human, number, PART, first, last, code, title, "")
            post.listed_from = min(first, self.years.today)

    def _appoint(
        self, human: Human, number: str, category: str, start: date, end: date, code: str, title: str,
        previous: str,
    ) -> Post:  # fmt: skip
        reform = self.years.reform
        after = SUCCESSORS.get(code)
        place = after[0] if after and start >= reform else code
        post = Post(
            human, SOURCE, number, category, start, end, [Place(start, place, title)],
            work_type="フルタイム" if category == FULL else "パートタイム", previous=previous, planned=end,
        )  # fmt: skip
        self.posts.append(post)
        return post

    def _number(self) -> str:
        self.next_number += 1
        return f"{self.next_number:07d}"
