"""The people whose accounts a visitor may use: one of each role and kind, always under the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.access.roles import Role
from app.demo.names import Human
from app.demo.posts import DAY, Post
from app.demo.years import Years

LEARNER_PASSWORD = "jukou-mihon-1"
HEAD_PASSWORD = "shozoku-mihon-1"
HR_PASSWORD = "jinji-mihon-1"
AUDITOR_PASSWORD = "kansa-mihon-1"
ADMIN_PASSWORD = "kanri-mihon-1"


class Stage(StrEnum):
    """How far somebody of the cast is."""

    CHANCE = "as chance has it"
    NOTHING = "not started"
    UNDER_WAY = "a test under way"
    ONE_FAILED = "one test failed, not passed yet"
    DONE = "completed"


@dataclass(frozen=True, slots=True)
class Account:
    """An account shown on the login page. An operator has a ``login`` and stands outside every count."""

    number: str
    password: str
    name: str
    words: str
    role: Role = Role.LEARNER
    department: str | None = None
    operator: bool = False

    @property
    def shown(self) -> tuple[str, str, str]:
        """職員番号, パスワード and who it is, as the login page lists them."""
        return self.number, self.password, f"{self.name}({self.words})"


@dataclass(frozen=True, slots=True)
class FixedPost:
    """A regular employee of the cast; ``shape`` adds what happens to the post."""

    human: Human
    number: str
    department: str
    title: str
    start: Callable[[Years], date]
    shape: Callable[[Post, Years], None] = lambda post, years: None


def _long_ago(years_before: int) -> Callable[[Years], date]:
    return lambda years: date(years.opening.year - years_before, 4, 1)


def _days_ago(days: int) -> Callable[[Years], date]:
    return lambda years: years.today - timedelta(days=days)


def _on_leave(post: Post, years: Years) -> None:
    post.states += [(post.start + 20 * DAY, "産休"), (post.start + 118 * DAY, "育休")]


def _retires(post: Post, years: Years) -> None:
    post.leave(years.this.first_day - DAY)


CITIZENS_HEAD = Human("例示 誠", "レイジ マコト")
HR_PERSON = Human("見本 恵子", "ミホン ケイコ")
AUDITOR = Human("試験 清", "シケン キヨシ")
DEPUTY = Human("仮名 智子", "カメイ トモコ")
ON_LEAVE = Human("模擬 みのり", "モギ ミノリ")
VETERAN = Human("標本 茂", "ヒョウホン シゲル")
LATE = Human("書式 大樹", "ショシキ ダイキ")
NEWCOMER = Human("見本 花子", "ミホン ハナコ")
UNDER_WAY = Human("架空 さくら", "カクウ サクラ")
COMPLETED = Human("例示 美咲", "レイジ ミサキ")
TWO_POSTS = Human("架空 直美", "カクウ ナオミ")
ASSISTANT_TEACHER = Human("Sample Emily Rose", "サンプル エミリー ローズ", "SAMPLE Emily Rose", "en")
FIREFIGHTER = Human("演習 太郎", "エンシュウ タロウ")
COUNCILLOR = Human("仮想 進", "カソウ ススム")
MAYOR = Human("見本 一郎", "ミホン イチロウ")
TEACHER = Human("例題 陽子", "レイダイ ヨウコ")
CAST = (
    CITIZENS_HEAD, HR_PERSON, AUDITOR, DEPUTY, ON_LEAVE, VETERAN, LATE, NEWCOMER, UNDER_WAY, COMPLETED,
    TWO_POSTS, ASSISTANT_TEACHER, FIREFIGHTER, COUNCILLOR, MAYOR, TEACHER,
)  # fmt: skip

FIXED = (
    FixedPost(CITIZENS_HEAD, "0000901", "0301", "課長", _long_ago(27)),
    FixedPost(HR_PERSON, "0000902", "010201", "主査", _long_ago(12)),
    FixedPost(AUDITOR, "0000903", "12", "主任", _long_ago(8)),
    FixedPost(DEPUTY, "0000904", "0411", "主任保育士", _long_ago(16)),
    FixedPost(ON_LEAVE, "0000905", "0103", "主事", _days_ago(170), _on_leave),
    FixedPost(VETERAN, "0000906", "0103", "課長補佐", _long_ago(34), _retires),
    FixedPost(LATE, "0000907", "0601", "技師", _days_ago(75)),
)

ACCOUNTS = (
    Account("9000901", LEARNER_PASSWORD, NEWCOMER.name, "新採用の会計年度任用職員・未着手"),
    Account("9000902", LEARNER_PASSWORD, UNDER_WAY.name, "会計年度任用職員の保育士・受講中"),
    Account("9000903", LEARNER_PASSWORD, COMPLETED.name, "会計年度任用職員・修了"),
    Account("9000904", LEARNER_PASSWORD, TWO_POSTS.name, "2校を兼ねる会計年度任用職員・不合格から再挑戦"),
    Account("9000905", LEARNER_PASSWORD, ASSISTANT_TEACHER.name, "ALT・英語・受講中"),
    Account("0008001", LEARNER_PASSWORD, VETERAN.name, "再任用職員・再任用前に修了"),
    Account("0000907", LEARNER_PASSWORD, LATE.name, "正規職員・期限超過"),
    Account("0000905", LEARNER_PASSWORD, ON_LEAVE.name, "休んでいる職員・猶予"),
    Account("8000901", LEARNER_PASSWORD, FIREFIGHTER.name, "消防団員・受講は任意"),
    Account("0000001", LEARNER_PASSWORD, MAYOR.name, "市長・公選職で対象外"),
    Account("8000902", LEARNER_PASSWORD, COUNCILLOR.name, "市議会議員を兼ねる消防団員・要協議"),
    Account("0000901", HEAD_PASSWORD, CITIZENS_HEAD.name, "市民課長・所属長"),
    Account("0000904", HEAD_PASSWORD, DEPUTY.name, "第一保育所の所属担当者・所属長の役割", Role.HEAD, "0411"),
    Account("0000902", HR_PASSWORD, HR_PERSON.name, "行政管理課人事係・人事担当", Role.HR),
    Account("0000903", AUDITOR_PASSWORD, AUDITOR.name, "監査委員事務局・監査", Role.AUDITOR),
    Account("kanri", ADMIN_PASSWORD, "見本の管理担当", "システム管理・名簿の外", Role.ADMIN, operator=True),
)

#: How far the cast is; the days before today on which they began.
PROGRESS: dict[str, tuple[Stage, int]] = {
    "9000901": (Stage.NOTHING, 0),
    "9000902": (Stage.UNDER_WAY, 4),
    "9000903": (Stage.DONE, 0),
    "9000904": (Stage.ONE_FAILED, 6),
    "9000905": (Stage.UNDER_WAY, 2),
    "0000906": (Stage.DONE, 0),
    "0000907": (Stage.NOTHING, 0),
    "0000905": (Stage.NOTHING, 0),
    "8000901": (Stage.NOTHING, 0),
    "8000902": (Stage.NOTHING, 0),
    "0000001": (Stage.NOTHING, 0),
    "0000901": (Stage.DONE, 0),
    "0000902": (Stage.DONE, 0),
    "0000903": (Stage.DONE, 0),
    "0000904": (Stage.DONE, 0),
}
