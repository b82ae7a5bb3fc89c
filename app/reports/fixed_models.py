"""The table of 確定報告."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


class FixedReportRow(Base):
    """A report as HR fixed it: kept as made, byte for byte, and never computed again."""

    __tablename__ = "fixed_reports"

    #: 報告番号, e.g. 令和8年度第1号.
    number: Mapped[str] = mapped_column(Text, primary_key=True)
    course: Mapped[str] = mapped_column(Text)
    run_id: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date]
    #: 決裁番号, "" until there is one.
    document: Mapped[str] = mapped_column(Text, default="")
    #: A zip of every form as CSV and XLSX.
    body: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    #: JSON: person id -> the cells of the report by person, for 確定後の変動.
    lines: Mapped[str] = mapped_column(Text)
    #: The value of the records the moment before.
    head: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by: Mapped[str] = mapped_column(Text, default="")
