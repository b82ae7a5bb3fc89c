"""HR reads and prints the drafts, filled with the figures of the day."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.access.roles import Role
from app.courses.source import ContentError
from app.reminders.drafts import DRAFTS, FOLDER, read_draft
from tests.reminders.test_duties import RUN, open_run
from tests.signing_in import enter, give_operator, sign_in


def test_every_draft_is_filled(client: FlaskClient, people: dict[str, str]) -> None:
    enter(client, give_operator("office", Role.HR))
    listed = client.get("/hr/drafts").get_data(as_text=True)
    for name in DRAFTS:
        assert name in listed
        html = client.get(f"/hr/drafts/{name}").get_data(as_text=True).split("<main", 1)[1]
        draft = html.split('<article class="draft"', 1)[1].split("</article>")[0]
        assert "{{" not in draft, name
        assert "数字の入らない所" not in html
        assert "督促" not in draft


def test_the_report_says_todays_figures(client: FlaskClient, people: dict[str, str]) -> None:
    enter(client, give_operator("office", Role.AUDITOR))
    html = client.get("/hr/drafts/実施報告").get_data(as_text=True)
    for word in (
        "40.0%",
        "令和8年6月1日",
        "令和8年度",
        "在籍者数",
        "8人</td>",
        "<td>総務部</td>",
        "正規職員",
    ):
        assert word in html
    assert "| 総務部 |" in html, "the text to copy keeps its tables"


def test_a_years_run_has_its_own_dates_and_figures(client: FlaskClient, people: dict[str, str]) -> None:
    open_run()
    enter(client, give_operator("office", Role.HR))
    html = client.get(f"/hr/drafts/受講通知(所属長宛)?run={RUN}").get_data(as_text=True)
    assert "「令和8年度の年度研修」の受講について" in html
    assert "令和8年7月31日(実施期間は令和8年6月1日から令和8年9月30日まで)" in html.replace("\\", "")


def test_a_name_nobody_knows_stays_and_is_said(tmp_path: Path) -> None:
    (tmp_path / "実施報告.md").write_text("{{ 修了率 }}と{{ 天気 }}", encoding="utf-8")
    draft = read_draft("実施報告", {"修了率": "40.0%"}, tmp_path)
    assert draft.text == "40.0%と{{ 天気 }}"
    assert draft.missing == ("天気",)


def test_what_a_figure_holds_is_only_text(tmp_path: Path) -> None:
    (tmp_path / "実施報告.md").write_text("{{ 市 }}<script>x</script>", encoding="utf-8")
    draft = read_draft("実施報告", {"市": "<b>*市*</b>|"}, tmp_path)
    assert "<b>" not in draft.html
    assert "<em>" not in draft.html
    assert "script" not in draft.html


def test_a_draft_without_end_is_not_shown_and_why_is_said(
    client: FlaskClient, people: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("実施報告", "受講の手引"):
        (tmp_path / f"{name}.md").write_text("# 題\n\n" + "[" * 100_000, encoding="utf-8")
    with pytest.raises(ContentError, match=r"実施報告\.md:3: 1行が長すぎます"):
        read_draft("実施報告", {}, tmp_path)
    monkeypatch.setattr(read_draft, "__defaults__", (tmp_path,))
    enter(client, give_operator("office", Role.HR))
    page = client.get("/hr/drafts/実施報告")
    assert page.status_code == 200 and "実施報告.md:3: 1行が長すぎます(10,000字まで)。" in page.text
    sign_in(client, people["late"])
    assert client.get("/guide/learners").status_code == 404


def test_no_other_file_is_read(client: FlaskClient, people: dict[str, str]) -> None:
    enter(client, give_operator("office", Role.HR))
    for name in ("other", "..%2Fhr", "../hr.md", "実施報告.md"):
        assert client.get(f"/hr/drafts/{name}").status_code == 404
    with pytest.raises(LookupError):
        read_draft("../hr", {})


def test_a_learner_is_refused(client: FlaskClient, people: dict[str, str]) -> None:
    sign_in(client, people["late"])
    assert client.get("/hr/drafts").status_code == 403
    assert client.get("/hr/drafts/実施報告").status_code == 403


def test_the_folder_holds_the_drafts_and_two_handbooks() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == sorted([*DRAFTS, "corrections", "refresher"])
