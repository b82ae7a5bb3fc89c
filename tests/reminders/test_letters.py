"""What a letter says, and that nothing of a roster can become a header, a line or another recipient."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.reminders.address import one_line, usable
from app.reminders.due import Kind
from app.reminders.mail import _stuffed, compose, message_id
from app.reminders.wording import House, letter
from app.settings import Smtp

SMTP = Smtp("mail.example.jp", "kenshu@city.example.jp")
HOUSE = House(
    "見本市",
    "http://kenshu.example.jp/",
    "共用の端末で開いてください。",
    "勤務時間内に受講してください。",
    "行政管理課",
)
NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
DUE = date(2026, 7, 1)


def sent(name: str = "試験 花子", title: str = "SNSの研修", to: str = "a@example.jp") -> EmailMessage:
    text = letter(Kind.OPENED, name, title, DUE, HOUSE)
    raw = compose(SMTP, "見本市", to, text, "<x@example.jp>", NOW).as_bytes()
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_letter_reads_well_and_says_no_score_and_no_number() -> None:
    for kind in Kind:
        text = letter(kind, "試験 花子", "SNSの研修", DUE, HOUSE)
        assert text.subject.startswith("受講のお願い")
        assert text.text.startswith("試験 花子 様\n\n「SNSの研修」")
        assert "受講期限: 令和8年7月1日" in text.text
        assert "http://kenshu.example.jp/" in text.text
        for word in ("督促", "違反", "得点", "点数", "至急", "必ず"):
            assert word not in text.subject + text.text
        without_dates = text.text.replace("令和8年7月1日", "")
        assert not re.search(r"\d", without_dates), "no number of a person, no score"


def test_without_an_address_of_the_site_the_letter_says_how_it_is_found() -> None:
    house = House("見本市", "", "共用の端末で開いてください。", "", "行政管理課")
    assert "共用の端末で開いてください。" in letter(Kind.OVERDUE, "試験 花子", "研修", None, house).text


def test_a_reader_of_english_gets_a_translation_besides() -> None:
    text = letter(Kind.DUE_SOON, "Shiken Hanako", "研修", DUE, HOUSE, "en").text
    assert "(Reference translation)" in text
    assert "1 July 2026" in text
    assert "Shiken Hanako 様" in text


def test_the_message_is_read_as_written() -> None:
    message = sent()
    assert str(make_header(decode_header(message["Subject"]))) == "受講のお願い"
    assert message["To"] == "a@example.jp"
    assert "見本市 職員研修" in str(message["From"])
    assert message["Message-ID"] == "<x@example.jp>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().startswith("試験 花子 様")
    assert message.get_content_charset() == "utf-8"


def test_one_person_kind_and_duty_have_one_message_id() -> None:
    first = message_id(SMTP, "p1", "opened", "sns-guideline")
    assert first == message_id(SMTP, "p1", "opened", "sns-guideline")
    assert first.endswith("@city.example.jp>")
    assert "p1" not in first
    others = {("p2", "opened", "sns-guideline"), ("p1", "overdue", "sns-guideline"), ("p1", "opened", "x")}
    assert len({first, *(message_id(SMTP, *other) for other in others)}) == 4


NASTY = [
    "試験\r\nBcc: thief@example.com", "試験\nX: y", "試験\r", "試験\x00花子", "試験\u202e子花",
    "試験\u2028花子", "試験\u2066花\u2069子", "\ufeff試験", "試験\x85花子", "試験\x0b花子",
    "\r\n.\r\nMAIL FROM:<x@y>", "試験\ud800花子",
]  # fmt: skip


@pytest.mark.parametrize("name", NASTY)
def test_a_name_stays_a_name(name: str) -> None:
    message = sent(name=name, title=name)
    assert sorted(message.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
         "Content-Transfer-Encoding", "MIME-Version"]
    )  # fmt: skip
    first = message.get_content().split("\r\n")[0]
    assert first.endswith(" 様")
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]", first)


@given(st.text(max_size=40))
@example("".join(NASTY[:3]))
def test_any_name_is_one_line(name: str) -> None:
    assert "\n" not in one_line(name)
    assert len(one_line(name).splitlines()) <= 1
    sent(name=name, title=name)


def test_the_name_keeps_its_letters() -> None:
    assert one_line("髙橋 﨑子") == "髙橋 﨑子"
    assert one_line("邉󠄂 花子") == "邉󠄂 花子"
    assert one_line("𠮷田　太郎") == "𠮷田 太郎"


@pytest.mark.parametrize(
    "address",
    ["a@b", "taro.shiken@city.example.jp", "x_y-z+1@mail.example.lg.jp", "a'b@example.jp"],
)
def test_an_address(address: str) -> None:
    assert usable(address)
    sent(to=address)


@pytest.mark.parametrize(
    "address",
    ["", "a", "@b", "a@", "a@b,c@d", "a@b;c@d", "a b@c", "<a@b>", "試験 <a@b>", "a@b\r\nBcc: c@d", "a@b\n",
     "a@[::1]", "\"a\"@b", "試@例.jp", "a@b\u202e", "a@-b", "a..b@c", ".a@b", "a@b c", "a" * 250 + "@b.jp",
     "a@b>\r\nDATA"],
)  # fmt: skip
def test_what_is_not_one_plain_address_never_leaves(address: str) -> None:
    assert not usable(address)
    text = letter(Kind.OPENED, "試験", "研修", DUE, HOUSE)
    with pytest.raises(ValueError, match="address"):
        compose(SMTP, "見本市", address, text, "<x@y>", NOW)


def test_a_line_of_one_dot_does_not_end_the_text() -> None:
    message = EmailMessage(policy=default.clone(linesep="\r\n"))
    message.set_content("a\n.\n.b\nc\n", cte="7bit")
    wire = _stuffed(message)
    assert b"\r\n..\r\n..b\r\n" in wire
    assert wire.endswith(b"\r\n.\r\n")
    assert wire.count(b"\r\n.\r\n") == 1


def test_an_umlaut_of_the_city_does_not_break_the_sender() -> None:
    text = letter(Kind.OPENED, "試験", "研修", DUE, HOUSE)
    message = compose(SMTP, 'みほん"市, <x@y>', "a@b.jp", text, "<x@y>", NOW)
    read = message_from_bytes(message.as_bytes(), policy=default)
    assert [a.addr_spec for a in read["From"].addresses] == ["kenshu@city.example.jp"]
