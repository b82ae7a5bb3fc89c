"""Every table and column: what it says of a person, what for, and until when. Pure.

A test holds this list to the models, so that nothing about a person is kept unsaid;
docs/security-review.ja.md shows it (保有情報一覧).
"""

from __future__ import annotations

from dataclasses import dataclass

#: What columns of these names say, wherever they stand.
COMMON = {
    "person_id": "だれのことか(内部の番号)",
    "recorded_by": "記録した担当者の名前",
    "by": "操作した人の名前",
    "made_by": "作った担当者の名前",
    "account_id": "どのアカウントのことか(内部の番号)",
    "appointment_id": "どの任用のことか(内部の番号)",
    "attempt_id": "だれのどのテストのことか(内部の番号)",
}

STAFF = "職員"
OFFICERS = "担当者"
NOBODY = "なし"
RECORD = "保存年限まで"
SHORT = "短期"


@dataclass(frozen=True, slots=True)
class Held:
    """One table: whose data, what for, how long; ``personal`` column -> meaning, ``other`` columns."""

    table: str
    whose: str
    purpose: str
    kept: str
    personal: dict[str, str]
    other: frozenset[str]


def _held(table: str, whose: str, purpose: str, kept: str, personal: str, other: str) -> Held:
    """``personal`` is 「column=meaning; column …」; a column in COMMON needs no meaning."""
    columns: dict[str, str] = {}
    for one in filter(None, (part.strip() for part in personal.split(";"))):
        name, _, meaning = one.partition("=")
        columns[name] = meaning or COMMON[name]
    return Held(table, whose, purpose, kept, columns, frozenset(other.split()))


INVENTORY: tuple[Held, ...] = (
    # --- who works here
    _held("persons", STAFF, "一人の職員を、番号や氏名が変わっても同じ人として扱う", RECORD,
          "id=内部の番号(でたらめな値)", "created_at"),
    _held("profiles", STAFF, "氏名の表示、検索、修了証、受講のお願いの送り先", RECORD,
          "person_id; name=氏名; kana=フリガナ; roman=ローマ字氏名; mail=職場のメール; language=表示の言語; "
          "search_key=検索用の氏名", "id recorded_at withdrawn_at"),
    _held("merges", STAFF, "二つの記録が同じ人であることの人事担当の判断", RECORD,
          "kept_id=残した番号; merged_id=まとめた番号; reason=判断の理由; recorded_by",
          "id recorded_at withdrawn_at"),
    _held("identity_questions", STAFF, "同じ人かどうかの、人事担当への質問と答え", RECORD,
          "person_id; other_id=もう一人の内部の番号; reason=質問の理由; answered_by=答えた担当者の名前",
          "id asked_at same answered_at"),
    _held("roster_imports", OFFICERS, "いつ、だれが、どの名簿を取り込んだか", RECORD,
          "imported_by=取り込んだ担当者の名前", "id source as_of kind filename digest summary imported_at"),
    _held("appointments", STAFF, "任用の期間から受講の義務と期限を決める。ログインの番号", RECORD,
          "person_id; number=職員番号; start=任用開始日; main=本務かどうか; post=兼務の所属",
          "id source recorded_at withdrawn_at"),
    _held("terms", STAFF, "任用の終わり", RECORD,
          "appointment_id; end=任用終了日; retired=退職かどうか", "id import_id recorded_at withdrawn_at"),
    _held("placements", STAFF, "所属と職員区分から、義務、期限、集計の所属を決める", RECORD,
          "appointment_id; since=いつから; department=所属コード; category=職員区分; authority=任命権者; "
          "title=職名; work_type=勤務区分", "id import_id recorded_at withdrawn_at"),
    _held("service_states", STAFF, "休んでいる間、期限を進めない(理由は持たない)", RECORD,
          "appointment_id; since=いつから; state=在職、猶予、派遣のどれか",
          "id import_id recorded_at withdrawn_at"),
    _held("roster_absences", STAFF, "名簿にない人を、人事担当が確かめるまで示す", RECORD,
          "appointment_id", "id import_id recorded_at withdrawn_at"),
    _held("departments", STAFF, "所属の一覧と所属長", RECORD, "head_number=所属長の職員番号",
          "id code parent name short_name position kind valid_from valid_to recorded_at withdrawn_at"),
    _held("consultations", STAFF, "要協議の人の、協議の結果", RECORD,
          "person_id; category=職員区分; applies=対象になるか; consulted_with=協議した相手; recorded_by",
          "id decided_on document_number recorded_at withdrawn_at"),
    _held("staged_rosters", STAFF, "取り込む前に確かめている名簿のファイル。1日で消す", SHORT,
          "uploaded_by=読み込んだ担当者の名前; roster=名簿のファイル; departments=所属のファイル",
          "id uploaded_at source as_of add_only roster_name departments_name"),
    # --- who owes what
    _held("deferrals", STAFF, "人事担当が決めた猶予(理由は持たない)", RECORD,
          "person_id; start=いつから; end=いつまで; recorded_by", "id recorded_at withdrawn_at"),
    _held("exemptions", STAFF, "人事担当が決めた免除", RECORD,
          "person_id; reason=事由の区分; start=いつから; end=いつまで; recorded_by",
          "id course run_id document batch recorded_at withdrawn_at"),
    _held("due_changes", STAFF, "人事担当が動かした期限", RECORD,
          "person_id; due=新しい期限; reason=理由; recorded_by",
          "id course run_id decided_on batch recorded_at withdrawn_at"),
    _held("annulments", STAFF, "修了の取消し", RECORD,
          "completion_id=どの修了か; reason=事由の区分; recorded_by", "id document recorded_at withdrawn_at"),
    _held("group_lists", STAFF, "集合研修、紙の受講者の名簿の提出と承認", RECORD,
          "lines=受講した人の職員番号と結果; signed_by=名簿に署名した人; submitted_by=提出した人の名前; "
          "submitted_by_person=提出した人の内部の番号; decided_by=承認した人の名前; answer=承認の返事",
          "id course run_id method held_on evidence_number paper_test_id department submitted_at approved "
          "decided_at"),
    _held("runs", OFFICERS, "年度の実施の開始", RECORD, "opened_by=始めた担当者の名前",
          "id course fiscal_year title opens due closes base_date questions skip_if_completed_same_year "
          "joiner_days pinned opened_at"),
    _held("run_closings", OFFICERS, "年度の実施を早く閉じたこと", RECORD, "recorded_by",
          "id run_id last_day reason recorded_at withdrawn_at"),
    _held("amendment_openings", OFFICERS, "改正された節の再受講の開始", RECORD, "recorded_by",
          "id course amendment section opened_on due before after recorded_at withdrawn_at"),
    _held("withdrawn_questions", OFFICERS, "取り下げた問題", RECORD, "recorded_by",
          "id course scenario reason recorded_at withdrawn_at"),
    _held("paper_tests", OFFICERS, "印刷して使うテスト", RECORD, "made_by",
          "id course run_id title held_on revision seed pass_mark form made_at"),
    # --- what people did
    _held("readings", STAFF, "教材を読んだこと", RECORD,
          "person_id; course=どの研修; section=どの節; language=読んだ言語; read_at=いつ", "id revision"),
    _held("rereadings", STAFF, "不合格のあとに、教材を読み直したこと", RECORD,
          "attempt_id; section=どの節; read_at=いつ", "revision"),
    _held("attempts", STAFF, "確認テストの受講と合否", RECORD,
          "person_id; language=受けた言語; started_at=始めた日時; finished_at=終えた日時; correct=正解の数; "
          "halves=途中で直した数; passed=合格かどうか; inputs=出題のもとになった回答",
          "id course section run_id revision seed pass_mark"),
    _held("attempt_questions", STAFF, "出題された問題と選択肢の順(あとから同じ画面を示すため)", RECORD,
          "attempt_id; scenario=どの問題", "position scenario_revision choice_order clauses"),
    _held("answers", STAFF, "回答と正誤", RECORD,
          "attempt_id; chosen=選んだもの; correct=正しいかどうか; half=途中で直したか; answered_at=いつ",
          "position"),
    _held("answer_steps", STAFF, "続きのある事例の、途中の選択", RECORD,
          "attempt_id; chosen=選んだもの; answered_at=いつ", "position step scene choice_order"),
    _held("held_answers", STAFF, "ログインが切れたときの回答を、本人がログインし直すまで預かる", SHORT,
          "browser=端末の印を変換した値; attempt_id; choices=選んだもの; held_at=いつ",
          "id position step path"),
    _held("regrades", STAFF, "問題の取下げで合格に変わったテスト", RECORD,
          "attempt_id; correct=正解の数; halves=途中で直した数; asked=問題の数",
          "id question_id recorded_at"),
    _held("completions", STAFF, "修了の記録と修了証", RECORD,
          "serial=修了証の番号; person_id; method=受講方法; correct=正解の数; halves=途中で直した数; "
          "asked=問題の数; name=その日の氏名; number=その日の職員番号; department=その日の所属; "
          "category=その日の職員区分; signed_by=紙に署名した人; recorded_by; confirmed_at=修了した日時",
          "id course run_id amendment again version statement title issuer evidence_number recorded_at"),
    _held("content_files", NOBODY, "使った教材の原文", RECORD, "", "digest body"),
    _held("content_revisions", NOBODY, "使った教材の版", RECORD, "",
          "digest course section manifest first_used_at"),
    # --- reports and reminders
    _held("fixed_reports", STAFF, "確定した報告(職員別の一覧を含む)", RECORD,
          "body=報告のファイル; lines=職員別の行; made_by",
          "number course run_id title as_of document digest head made_at"),
    _held("reminders", STAFF, "受講のお願いを、二度送らないための記録", RECORD,
          "person_id; department=送った所属; address=送り先; by; due=期限",
          "id kind duty course title message_id state note batch day begun_at settled_at"),
    # --- accounts
    _held("accounts", STAFF, "ログイン", RECORD,
          "person_id; login=運用アカウントの番号; name=運用アカウントの名前; "
          "password_hash=パスワードの照合用の値(元の文字には戻せない); last_login_at=最後のログイン",
          "id initial_until created_at"),
    _held("role_grants", STAFF, "人事担当などの役割", RECORD,
          "account_id; role=役割; department=受け持つ所属; recorded_by", "id recorded_at withdrawn_at"),
    _held("sessions", STAFF, "ログイン中の端末", SHORT,
          "account_id; created_at=ログインした日時; seen_at=最後に使った日時; browser=ブラウザーの種類; "
          "rights=いまの権限", "token_hash basis ended_at"),
    _held("known_browsers", STAFF, "総当たりされている間も、いつもの端末からは入れるようにする", SHORT,
          "account_id; failures=続けて失敗した回数; used_at=最後にログインした日時", "token_hash"),
    _held("looks", STAFF, "だれが自分の記録を見たかを、本人に示す", RECORD,
          "person_id; account_id=見た人のアカウント; what=何を見たか; role=見た人の役割; by=見た人の名前; "
          "day=見た日", "id"),
    _held("sign_in_limits", STAFF, "パスワードの総当たりを防ぐ", SHORT,
          "key=番号を変換した値; failures=続けて失敗した回数", "waits_until"),
    _held("account_events", STAFF, "アカウントに起きたこと(発行、変更、役割)の記録", RECORD,
          "account_id; kind=何が; detail=内容; by", "id at"),
    # --- evidence
    _held("evidence", STAFF, "書き換えられない受講の証拠(氏名は入らない)", "永続",
          "body=内部の番号と、起きたこと", "chain seq prev hash"),
    _held("evidence_persons", STAFF, "証拠の中の番号が、だれのことか", RECORD,
          "id=証拠の中の番号; person_id", "redacted_at"),
    _held("evidence_sealed", STAFF, "証拠のもとの職員番号、氏名、所属", RECORD,
          "owner=証拠の中の番号; content=職員番号、氏名、所属又は操作した人の名前", "commitment salt"),
    _held("evidence_marks", NOBODY, "証拠の索引", RECORD, "", "event key seq"),
    _held("evidence_checks", NOBODY, "証拠の検証の結果", RECORD, "",
          "id checked_at entries head years findings"),
)  # fmt: skip

#: What no column holds, and no roster is read for.
NEVER = (
    "個人番号(マイナンバー)",
    "生年月日",
    "性別",
    "住所",
    "給与",
    "休んでいる理由",
    "健康に関すること",
    "顔写真",
)


def rows() -> list[tuple[str, str, str, str, str]]:
    """The list as people read it: table, whose, what is held, what for, how long."""
    return [
        (
            held.table,
            held.whose,
            "、".join(held.personal.values()) or "(個人の情報なし)",
            held.purpose,
            held.kept,
        )
        for held in INVENTORY
    ]
