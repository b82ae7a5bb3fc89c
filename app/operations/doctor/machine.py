"""Python, its libraries, time zones."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from importlib import metadata
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.clock import day_of
from app.operations.doctor.finding import Finding, Patient, fact, fault, warning
from app.operations.version import parts_renewed, version
from app.settings import ROOT

#: All parts are renewed at least that often, whatever is known of their weaknesses.
RENEWED_EVERY = timedelta(days=183)
LOCK = ROOT / "requirements.txt"
_PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\\n]+))?", re.MULTILINE)
_MARKER = re.compile(
    r"(sys_platform|implementation_name|platform_python_implementation)\s*(==|!=)\s*'([^']*)'"
)


def python(_patient: Patient) -> Iterator[Finding]:
    """Which Kenshu on which Python."""
    yield fact(
        "python",
        f"Kenshu {version()}、Python {platform.python_version()}、{platform.system()} {platform.release()}",
    )
    if sys.version_info < (3, 11):  # noqa: UP036 - the site may have been copied beside an older Python
        yield fault("python", "Python 3.11 以上が必要です。新しいPythonを入れ、dev.py で入れ直してください。")


def libraries(_patient: Patient) -> Iterator[Finding]:
    """What is installed against requirements.txt."""
    if not LOCK.exists():
        yield warning("libraries", f"{LOCK} がないため、部品の版を確かめられません。")
        return
    missing, other = [], []
    for name, wanted in pinned(LOCK.read_text(encoding="utf-8")):
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
            continue
        if found != wanted:
            other.append(f"{name} {found}(一覧では {wanted})")
    if missing:
        yield fault("libraries", f"部品が入っていません: {'、'.join(missing)}。dev.py で入れ直してください。")
    if other:
        yield warning("libraries", f"部品の版が、試験した版と違います: {'、'.join(other)}。")


def age_of_libraries(patient: Patient) -> Iterator[Finding]:
    """How long the parts have been as they are (docs/security-review.ja.md: renewed every half a year)."""
    day = parts_renewed()
    if day is not None and day_of(patient.now) - day > RENEWED_EVERY:
        yield warning(
            "age_of_libraries",
            f"部品を新しくしてから半年が過ぎました({day.isoformat()})。新しい版のKenshuに入れ替えてください。",
        )


def pinned(lock: str) -> Iterator[tuple[str, str]]:
    """Name and version of every library of a lock that this machine needs."""
    here = {
        "sys_platform": sys.platform,
        "implementation_name": sys.implementation.name,
        "platform_python_implementation": platform.python_implementation(),
    }
    for name, wanted, marker in _PIN.findall(lock):
        words = _MARKER.findall(marker)
        if all((here[key] == value) == (sign == "==") for key, sign, value in words):
            yield name, wanted


def time_zones(_patient: Patient) -> Iterator[Finding]:
    """Days are counted in Japan's time zone; Windows brings none."""
    try:
        ZoneInfo("Asia/Tokyo")
    except ZoneInfoNotFoundError:
        yield fault("time_zones", "時間帯の表(tzdata)がありません。dev.py で入れ直してください。")
