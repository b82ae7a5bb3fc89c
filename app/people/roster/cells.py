"""One cell -> one value of ours, or a problem that names line, column, value and cure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from app.formulas import unguarded
from app.people.employment import Category, ServiceState
from app.people.roster.dates import CURE, DateUnclear, read_date
from app.people.roster.findings import UNSEEN, Notes, Problem
from app.people.roster.lookalikes import odd_letters
from app.site import Site, fold

#: 在職区分 as INTERFACE names them -> what is kept.
STATES: Mapping[str, ServiceState] = MappingProxyType(
    {"在職": ServiceState.ACTIVE, "退職": ServiceState.RETIRED}
    | dict.fromkeys(("休職", "育休", "産休", "停職", "休業", "休暇(長期)"), ServiceState.LEAVE)
    | dict.fromkeys(("派遣(転出)", "派遣(受入)"), ServiceState.SECONDED)
)
_MAIN = {
    "本務": True,
    "本": True,
    "主": True,
    "本職": True,
    "兼務": False,
    "兼": False,
    "併任": False,
    "兼任": False,
}
_LANGUAGES = {"": "ja", "ja": "ja", "日本語": "ja", "jp": "ja", "en": "en", "英語": "en", "english": "en"}
_PLAIN_NAMES = {"一般職": Category.REGULAR, "正職員": Category.REGULAR}
_NUMBER = re.compile(r"[0-9A-Za-z\u3040-\u30ff\u4e00-\u9fff][0-9A-Za-z\u3040-\u30ff\u4e00-\u9fff\-_/.]{0,29}")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー－", "-"))
#: Private use (外字), direction marks, the replacement character, control characters.
_GAIJI = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200d\u2060-\u2064\ufeff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd]")
SUSPECT = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\uffa0\ufeff\ufff0-\ufffd\ue000-\uf8ff\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U0010fffd]"
)
MAX_TEXT = 200


class Cells:
    """The cells of one row under their headings; collects problems and notes while it is read."""

    def __init__(self, line: int, values: Mapping[str, str], number: str, site: Site, notes: Notes) -> None:
        self.line = line
        self.values = values
        self.number = number
        self.site = site
        self.notes = notes
        self.problems: list[Problem] = []

    def problem(self, column: str, value: str, message: str, cure: str = "") -> None:
        """Add a problem of this line."""
        self.problems.append(Problem(message, cure, self.line, column, value))

    def text(self, column: str) -> str:
        """A text exactly as received, but for blanks around it and a spreadsheet's marks; "" when absent."""
        raw = self.values.get(column, "")
        if not raw:
            return ""
        value = unwrap(raw)
        if SUSPECT.search(value):
            value = self._inspect(column, value)
        if len(value) > MAX_TEXT:
            self.problem(
                column, value, f"長すぎます({MAX_TEXT}字まで)。", "列がずれていないか確かめてください。"
            )
            return ""
        if value.startswith("#") and re.fullmatch(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|#+)", value):
            self.problem(
                column, value, "Excelのエラーの値です。", "元の表の数式を直し、値にして保存し直してください。"
            )
        elif value.startswith("=") and not raw.lstrip().startswith("'"):
            self.problem(
                column, value, "数式のままです。", "「値の貼り付け」で値にして保存し直してください。"
            )
        elif "〓" in value:
            self.notes.add(
                f"「{column}」に「〓」(出力できなかった文字)があります。そのまま取り込みます。", self.line
            )
        return value

    def _inspect(self, column: str, value: str) -> str:
        who = f"(職員番号 {self.number})" if self.number else ""
        if found := _GAIJI.search(value):
            self.problem(
                column, value,
                f"外字が含まれています{who}。U+{ord(found[0]):04X} は、機械によって違う字になります。",
                "標準の文字(常用の字体)に置き換えてください。",
            )  # fmt: skip
            return value
        if found := _DIRECTION.search(value):
            self.problem(
                column, value,
                f"見えない文字(文字の向きを変える記号 U+{ord(found[0]):04X})が含まれています{who}。",
                "セルの値を打ち直してください。",
            )  # fmt: skip
            return value
        if found := UNSEEN.search(value):
            self.problem(
                column, value, f"見えない文字(U+{ord(found[0]):04X})が含まれています{who}。",
                "セルの値を打ち直してください。",
            )  # fmt: skip
            return value
        if "\ufffd" in value:
            self.problem(
                column,
                value,
                f"文字化けした文字(U+FFFD)が含まれています{who}。",
                "名簿を出力し直してください。",
            )
            return value
        if "\n" in value or "\r" in value:
            self.notes.add(f"「{column}」のセルの中の改行を空白として読みました。", self.line)
            value = " ".join(value.split())
        if _ZERO_WIDTH.search(value):
            self.notes.add(f"「{column}」の幅のない文字(見えない文字)を取り除きました。", self.line)
            value = _ZERO_WIDTH.sub("", value)
        if found := _CONTROL.search(value):
            self.problem(
                column,
                value,
                f"制御文字(U+{ord(found[0]):04X})が含まれています{who}。",
                "セルの値を打ち直してください。",
            )
        return value.strip()

    def name(self, column: str) -> str:
        """A name exactly as received; what is easily taken for something else is noted."""
        value = self.text(column)
        for sentence in odd_letters(value):
            self.notes.add(f"「{column}」に、{sentence}", self.line)
        return value

    def staff_number(self, column: str) -> str:
        """A 職員番号 or 仮番号 with the zeros a spreadsheet lost; "" when blank or unreadable."""
        value = plain_number(self.text(column))
        if not value:
            return ""
        if re.fullmatch(r"\d(\.\d+)?E\+\d+", value, re.IGNORECASE):
            self.problem(
                column, value, "番号が指数の形に変わり、けたが失われています。",
                "元のデータから、列を「文字列」にして出力し直してください。",
            )  # fmt: skip
            return ""
        if not _NUMBER.fullmatch(value):
            self.problem(
                column,
                value,
                "職員番号として読めません。",
                "数字か英数字(仮番号は 仮-1 の形)で書いてください。",
            )
            return ""
        width = self.site.number_width
        if value.isdigit() and len(value) < width:
            self.notes.add(f"「{column}」の先頭の0を補い、{width}けたにしました。", self.line)
            value = value.zfill(width)
        return value

    def day(self, column: str, serials: frozenset[str] = frozenset()) -> date | None:
        """A date; None when blank, open-ended or unreadable."""
        raw = self.values.get(column, "")
        if not raw:
            return None
        value = unwrap(raw)
        try:
            read = read_date(value, column in serials)
        except DateUnclear as unclear:
            self.problem(column, value, unclear.message, unclear.cure)
            return None
        if read.warning:
            self.notes.add(f"「{column}」: {read.warning}", self.line)
        return read.day

    def needed_day(self, column: str, serials: frozenset[str]) -> date | None:
        """A date that must be there; a problem when blank or open-ended."""
        before = len(self.problems)
        day = self.day(column, serials)
        if day is None and len(self.problems) == before:
            self.problem(column, self.values.get(column, ""), "日付がありません。", CURE)
        return day

    def category(self, column: str) -> Category | None:
        """職員区分, by name or by the city's mapping."""
        value = self.text(column)
        key = fold(value)
        if key in _CATEGORIES:
            return _CATEGORIES[key]
        mapped = self.site.categories.get(key)
        if mapped is not None and fold(mapped) in _CATEGORIES:
            return _CATEGORIES[fold(mapped)]
        if not value:
            self.problem(
                column, "", "職員区分がありません。", "正規職員、会計年度任用職員などを書いてください。"
            )
        else:
            self.problem(
                column, value, "知らない職員区分です。",
                "書き方を直すか、content/site.toml の [categories] に読み替えを書き足してください。",
            )  # fmt: skip
        return None

    def state(self, column: str) -> ServiceState:
        """在職区分 reduced to what is kept; 在職 when blank."""
        value = self.text(column)
        key = fold(value)
        if not key:
            return ServiceState.ACTIVE
        found = _STATES.get(key) or _STATES.get(fold(self.site.service_states.get(key, "")))
        if found is None:
            self.problem(
                column, value, "知らない在職区分です。",
                f"{'、'.join(STATES)} のどれかにするか、"
                "content/site.toml の [service_states] に読み替えを書き足してください。",
            )  # fmt: skip
            return ServiceState.ACTIVE
        return found

    def is_main(self, column: str) -> bool:
        """True for 本務, also when blank."""
        value = self.text(column)
        if not value:
            return True
        found = _MAIN.get(fold(value))
        if found is None:
            self.problem(column, value, "本務か兼務か分かりません。", "「本務」か「兼務」と書いてください。")
            return True
        return found

    def authority(self, column: str) -> str:
        """任命権者, by the city's name for it."""
        value = self.text(column)
        return self.site.authority_aliases.get(fold(value), value) if value else ""

    def mail(self, column: str) -> str:
        """A mail address, or "" with a note when it is none."""
        value = unicodedata.normalize("NFKC", self.text(column))
        if value and not re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+", value):
            self.notes.add(f"「{column}」がメールアドレスの形ではないため、取り込みません。", self.line)
            return ""
        return value

    def language(self, column: str) -> str:
        """ "ja" or "en"."""
        value = self.text(column)
        found = _LANGUAGES.get(fold(value).casefold())
        if found is None:
            self.notes.add(
                f"「{column}」の「{value}」はまだ用意がないため、日本語として取り込みます。", self.line
            )
        return found or "ja"


def unwrap(raw: str) -> str:
    """Take off what spreadsheets put around text: blanks, '0123, ="0123"."""
    value = raw.strip()
    if value.startswith('="') and value.endswith('"') and len(value) >= 3:
        value = value[2:-1].strip()
    return unguarded(value).strip()


def plain_number(value: str) -> str:
    """A number in half-width without blanks and .0; dashes of every kind as "-"."""
    plain = "".join(unicodedata.normalize("NFKC", value).split()).translate(_DASHES)
    return re.sub(r"^(\d+)\.0+$", r"\1", plain)


_CATEGORIES = {fold(c.value): c for c in Category} | _PLAIN_NAMES
_STATES = {fold(name): state for name, state in STATES.items()}
