"""The forms of 集合研修 and paper: a sheet to print, a list of who took part (HR's, a 所属長's)."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from app.reports.group_lists import GroupList
from app.training.group_plan import METHODS, Held
from app.training.paper_test import load_test, tests_made
from app.web.picking import SubjectForm

WORDS = {"集合": _l("集合研修"), "紙": _l("紙での受講")}


class SheetForm(SubjectForm):
    """An attendance sheet or a paper test: of what, when, where."""

    held_on = DateField(_l("実施する日"), [Optional()])
    place = StringField(_l("場所"), [Optional(), Length(max=100)])
    questions = IntegerField(
        _l("出題数"), [Optional(), NumberRange(1, 50, _l("出題数は、1から50までにしてください。"))]
    )


class ListForm(SubjectForm):
    """A list of who took part."""

    method = SelectField(_l("受講方法"), choices=[SelectChoice(m, WORDS[m]) for m in METHODS])
    held_on = DateField(_l("実施した日"), [InputRequired(_l("実施した日を入力してください。"))])
    signed_by = StringField(
        _l("署名した人(講師や確認者)"),
        [DataRequired(_l("署名した人(講師や確認者)を入力してください。")), Length(max=100)],
    )
    evidence_number = StringField(
        _l("名簿や答案の文書番号"),
        [DataRequired(_l("名簿や答案の文書番号を入力してください。")), Length(max=100)],
    )
    paper_test = SelectField(_l("使った紙のテスト"), [Optional()], validate_choice=False)
    lines = TextAreaField(_l("受講した人"), [InputRequired(_l("受講した人の職員番号を入力してください。"))])

    def value(self, within: frozenset[str] | None = None) -> GroupList:
        """What the form says."""
        test = load_test(self.paper_test.data) if self.paper_test.data else None
        held = Held(
            str(self.method.data),
            cast(date, self.held_on.data),
            (self.signed_by.data or "").strip(),
            (self.evidence_number.data or "").strip(),
            len(test.questions) if test else 0,
            test.pass_mark if test else 0,
        )
        lines = str(self.lines.data or "")
        return GroupList(self.course, self.run, held, lines, test.id if test else None, within)


class HandInForm(ListForm):
    """A 所属長's list: people ticked or typed; a meeting of the workplace has no 文書番号."""

    evidence_number = StringField(_l("名簿や答案の文書番号"), [Optional(), Length(max=100)])
    lines = TextAreaField(_l("ほかに受講した人"), [Optional()])

    def gather(self, ticked: list[str]) -> None:
        """Put the people ticked (職員番号, right answers) before those typed, each line once."""
        typed = str(self.lines.data or "").splitlines()
        self.lines.data = "\n".join(dict.fromkeys([*ticked, *typed]))


def offer_tests(form: ListForm) -> None:
    """Fill the select of paper tests: those made lately."""
    form.paper_test.choices = [
        ("", _("使っていない")),
        *((t.id, f"{t.held_on.isoformat()} {t.title}") for t in tests_made()),
    ]
