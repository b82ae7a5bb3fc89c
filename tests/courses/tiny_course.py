"""A small course without a mistake, written to a folder, with one place changed where a test wants it."""

# The stories read as a table.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

SLUG = "tiny"
CHOICES = (
    "そのまま載せてよいと考えます。",
    "少し待ったあとで載せてみます。",
    "載せるのは控えるのがよいです。",
)
STORIES = {
    "1(1)": (
        ("garden-photo", "庭の花", "水道課の職員が、休日に自宅の庭で咲いた赤いバラを撮りました。夜に家族と見ながら感想を書こうとしています。"),
        ("lost-cat", "迷い猫", "保育士が通勤の道で首輪のある猫に会いました。飼い主を探す文を友人のグループに送るか迷っています。"),
        ("curry-lunch", "カレーの昼", "給食調理員は新しい店の辛いカレーが気に入りました。値段と行き方を添えて薦めたいと思っています。"),
        ("old-map", "古い地図", "図書館の会計年度任用職員が、明治の地図の写しを見つけました。展示の宣伝に使えるかを調べています。"),
    ),
    "1(2)": (
        ("night-bus", "夜行バス", "再任用のベテランは旅行先で乗ったバスの遅れに腹を立てています。会社名を挙げた文を下書きしました。"),
        ("school-play", "学芸会", "ALTは小学校の劇を見て胸が熱くなりました。舞台の子どもたちを写した一枚が手元にあります。"),
        ("fire-drill", "放水訓練", "消防団員が河川敷の放水を動画に収めました。音楽を重ねて仲間に見せようと編集しています。"),
        ("desk-plant", "机の鉢植え", "新採用の職員が席に小さな鉢を置きました。後ろには書類の山と、開いたままの画面があります。"),
    ),
    "2": (
        ("road-work", "道路工事", "建設課の主任は、近所で始まる舗装の日程を知っています。広報にはもう載っていると聞きました。"),
        ("budget-talk", "予算の話", "財政課の係長は来年の補助金について意見を求められました。会議はまだ一度しか開かれていません。"),
        ("festival-cup", "祭りの屋台", "副市長は秋祭りの屋台でもらった紙コップを眺めています。主催者は写真を歓迎すると言っています。"),
        ("well-water", "井戸の水", "農業委員が、井戸水の味が変わったという隣人の話を耳にしました。検査の結果は出ていません。"),
        ("bell-tower", "時計台の鐘", "教育長は時計台の鐘が直ったことを喜んでいます。公式サイトに修理の記事が出たばかりです。"),
    ),
}  # fmt: skip
COURSE = """\
title = "小さな研修"
summary = "試すための研修です。"
pass_mark = 80
introduced = 2026-04-01
assigned = ["正規職員"]
statement = "内容を確認しました。"

[questions]
"1-basics" = 2
"2-more" = 1
"""
GUIDELINE = """\
+++
title = "小さなガイドライン"
updated = 2026-04-01
version = "第1版"
+++

### 0 {#0}

> はじめに。

言い換え(参考): 初めの文です。

## 1 基本

### 1(1) {#1(1)}

> 注意すること。

言い換え(参考): 気をつけます。

### 1(2) {#1(2)}

> 取り消せないことを理解すること。

言い換え(参考): 消せません。

### 2 {#2}

> 正確に伝えること。

言い換え(参考): 正しく伝えます。
"""
FIRST_LESSON = """\
+++
title = "基本"
+++

## 注意すること

{{clause 1(1)}}

職場でも家でも、[1(1)](#1(1))を心に置きます。

### 取り消せないこと

{{clause 1(2)}}

一度出た情報は戻りません。[初めの項](#注意すること)も読み返してください。
"""
SECOND_LESSON = """\
+++
title = "正確に"
+++

## 正しく伝える

{{clause 2}}

確かめてから書きます。

{{city}}
"""
CITY = """\
+++
filled = false
+++

この欄はまだ記入されていません。
"""


def scenario(id: str, title: str, clause: str, story: str, place: int) -> str:
    """One scenario whose right choice stands at `place` (from 0)."""
    lines = [f'## {title} {{#{id} clauses="{clause}" level=1}}', "", story, "", "どう考えますか。", ""]
    for at, text in enumerate(CHOICES):
        lines.append(f"- [{'x' if at == place else ' '}] {text}")
        lines.append(f"  > [{clause}](#{clause})に照らして考えます。")
    return "\n".join([*lines, "", ""])


def scenarios(*clauses: str) -> str:
    """The scenarios of some clauses, the right choice at each place in turn."""
    stories = [(clause, *story) for clause in clauses for story in STORIES[clause]]
    return "".join(
        scenario(id, title, clause, story, at % len(CHOICES))
        for at, (clause, id, title, story) in enumerate(stories)
    )


def tiny_course() -> dict[str, str]:
    """Path in the course's folder -> text."""
    return {
        "course.toml": COURSE,
        "guideline.md": GUIDELINE,
        "1-basics/lesson.ja.md": FIRST_LESSON,
        "1-basics/scenarios.ja.md": scenarios("1(1)", "1(2)"),
        "2-more/lesson.ja.md": SECOND_LESSON,
        "2-more/scenarios.ja.md": scenarios("2"),
        "2-more/city.ja.md": CITY,
    }


def as_bytes(files: dict[str, str]) -> dict[str, bytes]:
    """The same files as they lie on a disk."""
    return {path: text.encode() for path, text in files.items()}


def write(files: dict[str, str], content: Path) -> Path:
    """Write the course below a content folder; returns that folder."""
    for path, text in files.items():
        target = content / SLUG / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return content
