"""Lists kept by others: the 消防団, the boards and committees, the teachers the prefecture pays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from app.demo.cast import COUNCILLOR, FIREFIGHTER, TEACHER
from app.demo.names import Human
from app.demo.organisation import COMPANIES, SCHOOLS
from app.demo.posts import DAY, Place, Post
from app.demo.years import Years

CORPS, BOARDS, TEACHERS = "消防団", "委員", "県費"


def fire_corps(years: Years, people: Iterator[Human], staff: Sequence[Post]) -> list[Post]:
    """The 消防団: residents, a few of them city employees (前職員番号 names their staff number)."""
    random = years.random("fire corps")
    found: list[Post] = []

    def enrol(human: Human, number: str, code: str, title: str, start: date) -> Post:
        place = Place(start, code, title)
        found.append(Post(human, CORPS, number, "団員", start, None, [place], work_type="非常勤"))
        return found[-1]

    def began() -> date:
        return date(years.opening.year - random.randint(1, 25), 4, 1)

    enrol(next(people), "8000001", "14", "団長", began())
    enrol(next(people), "8000002", "14", "副団長", began())
    seats: list[Post] = []
    number = 8001001
    for code in COMPANIES:
        for seat in range(29):
            title = ("分団長", "副分団長", "部長", "班長", "班長")[seat] if seat < 5 else "団員"
            seats.append(enrol(next(people), f"{number:07d}", code, title, began()))
            number += 1
    for april in years.aprils:
        for post in random.sample([p for p in seats if p.end is None and p.places[0].title == "団員"], 8):
            post.leave(april - DAY)
            seats.append(enrol(next(people), f"{number:07d}", post.places[0].department, "団員", april))
            number += 1
    enrol(FIREFIGHTER, "8000901", "1401", "団員", date(years.opening.year - 6, 4, 1))
    _councillor(years, found)
    _employees_too(years, staff, found)
    return found


def _councillor(years: Years, found: list[Post]) -> None:
    """One councillor who is also 消防団員: nobody else of the council is in any list."""
    joined = date(years.opening.year - 9, 4, 1)
    found.append(Post(COUNCILLOR, CORPS, "8000902", "団員", joined, None, [Place(joined, "1402", "団員")],
                      work_type="非常勤"))  # fmt: skip
    elected = date(years.this.year - 6, 9, 1)
    while elected <= years.today:
        end = date(elected.year + 4, 8, 31)
        seat = Place(elected, "09", "市議会議員")
        found.append(
            Post(COUNCILLOR, CORPS, "8000902", "議員", elected, end, [seat], main=False, planned=end)
        )
        elected = end + DAY


def _employees_too(years: Years, staff: Sequence[Post], found: list[Post]) -> None:
    long_serving = [
        p for p in staff
        if p.end is None and p.category == "正規" and 2005 < p.start.year < years.opening.year
        and not p.number.startswith("00009") and not p.states
    ]  # fmt: skip
    for index, post in enumerate(long_serving[10:90:16]):
        start = date(years.opening.year - 1, 4, 1)
        found.append(
            Post(
                post.human, CORPS, f"{8000801 + index:07d}", "団員", start, None,
                [Place(start, COMPANIES[index % 5], "団員")], work_type="非常勤", previous=post.number,
            )
        )  # fmt: skip


def boards(years: Years, people: Iterator[Human]) -> list[Post]:
    """特別職(非常勤) in terms: commissioners, board members, school doctors, council members."""
    found: list[Post] = []
    number = 7101001
    for code, title, category, seats, length in (
        ("10", "教育委員", "教育委員", 4, 4), ("11", "選挙管理委員", "選挙管理委員", 4, 4),
        ("12", "監査委員", "特別職(非常勤)", 2, 4), ("13", "農業委員", "農業委員", 14, 3),
        ("0101", "公平委員", "公平委員", 3, 4),
        ("0105", "固定資産評価審査委員", "固定資産評価審査委員", 3, 3),
        ("1002", "学校医", "学校医", 5, 2), ("0201", "総合計画審議会委員", "審議会委員", 10, 2),
    ):  # fmt: skip
        for seat in range(seats):
            start = date(years.opening.year - 1 - seat % 2, 7, 20)
            while start <= years.today:
                human = next(people)
                for _ in range(1 + seat % 2):
                    end = date(start.year + length, 7, 19)
                    post = Post(human, BOARDS, f"{number:07d}", category, start, end, [])
                    post.places.append(Place(start, code, title))
                    post.work_type, post.planned = "非常勤", end
                    found.append(post)
                    start = end + DAY
                number += 1
    return [post for post in found if post.start <= years.today]


def teachers(years: Years, people: Iterator[Human]) -> list[Post]:
    """県費負担教職員 of the city's schools; a few leave and come each 1 April."""
    random = years.random("teachers")
    found: list[Post] = []
    number = 6100001

    def appoint(human: Human, code: str, title: str, start: date) -> None:
        nonlocal number
        post = Post(human, TEACHERS, f"{number:07d}", "県費負担", start, None, [Place(start, code, title)])
        post.authority = "県教育委員会"
        found.append(post)
        number += 1

    for code in SCHOOLS:
        for seat in range(13):
            title = ("校長", "教頭", "養護教諭", "事務職員")[seat] if seat < 4 else "教諭"
            appoint(next(people), code, title, date(years.opening.year - random.randint(0, 5), 4, 1))
    for april in years.aprils:
        for post in random.sample([p for p in found if p.end is None], 8):
            post.leave(april - DAY)
            appoint(next(people), post.places[0].department, post.places[0].title, april)
    appoint(TEACHER, "1002", "充て指導主事", date(years.opening.year - 1, 4, 1))
    return found
