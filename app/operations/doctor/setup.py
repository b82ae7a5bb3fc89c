"""Settings, folders, the secret key, the texts."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app import private_files
from app.clock import rehearsal_start
from app.operations import storage
from app.operations.doctor.finding import Finding, Patient, fault, warning

MEGABYTE = 1024 * 1024
LITTLE, TOO_LITTLE = 1024 * MEGABYTE, 100 * MEGABYTE
#: Where systemd and nginx keep what the site and they have to say.
LOGS = Path("/var/log")


def instance_folder(patient: Patient) -> Iterator[Finding]:
    """The site must be able to write there."""
    folder = patient.settings.instance
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield fault(
            "instance_folder",
            f"{folder} に書き込めません({error.strerror})。"
            f"サイトを動かすアカウントの書き込みを許してください。",
        )


def folder_rights(patient: Patient) -> Iterator[Finding]:
    """The database, the key and the right answers are kept there."""
    folder = patient.settings.instance
    if private_files.readable_by_others(folder):
        yield warning(
            "folder_rights",
            f"{folder} を、この機械のほかの利用者も開けます。chmod 700 {folder} で閉じてください。",
        )


def disk_space(patient: Patient) -> Iterator[Finding]:
    """A full disk refuses every answer."""
    places = {patient.settings.instance}
    if (path := storage.database_file(patient.settings)) is not None:
        places.add(path.parent)
    for place in sorted(path for path in places if path.is_dir()):
        free = shutil.disk_usage(place).free
        said = f"{place} のあるディスクの空きが、{free // MEGABYTE:,}MBです。"
        if free < TOO_LITTLE:
            yield fault("disk_space", f"{said}古い控えなどを移し、空きを作ってください。")
        elif free < LITTLE:
            yield warning("disk_space", f"{said}1GB以上あると安心です。")


def log_space(patient: Patient) -> Iterator[Finding]:
    """A full disk of the logs refuses nobody; but what happens then is written down nowhere."""
    data = patient.settings.instance
    if not (data.is_dir() and LOGS.is_dir()) or LOGS.stat().st_dev == data.stat().st_dev:
        return
    free = shutil.disk_usage(LOGS).free
    if free < TOO_LITTLE:
        yield warning(
            "log_space",
            f"{LOGS} のあるディスクの空きが、{free // MEGABYTE:,}MBです。"
            "いっぱいになると、サイトの出来事が記録(ログ)に残りません。古いものを移し、空きを作ってください。",
        )


def secret_key(patient: Patient) -> Iterator[Finding]:
    """Who reads the key can forge what the site signed."""
    if len(patient.settings.secret_key) < 32:
        yield fault(
            "secret_key",
            "KENSHU_SECRET_KEY が短すぎます。32文字以上の、推測されない文字列にするか、"
            "設定をやめて自動で作らせてください。",
        )
    path = patient.settings.instance / "secret_key"
    if os.name != "nt" and path.exists() and path.stat().st_mode & 0o077:
        yield fault(
            "secret_key",
            f"{path} を、ほかの人が読めます。chmod 600 {path} で、所有者だけが読めるようにしてください。",
        )


def https(patient: Patient) -> Iterator[Finding]:
    """The cookie's setting must fit the address people use."""
    secure, address = patient.settings.https, patient.settings.address
    if address.startswith("https:") and not secure:
        yield fault("https", "HTTPSで公開しているのに、KENSHU_HTTPS=1 がありません。設定してください。")
    elif address.startswith("http:") and secure:
        yield fault(
            "https",
            "KENSHU_ADDRESS が http: なのに、KENSHU_HTTPS=1 です。"
            "HTTPではログインできません。どちらかに合わせてください。",
        )
    elif not secure:
        yield warning(
            "https",
            "HTTPで公開する設定です。庁内の認証局の証明書があれば、"
            "HTTPSにして KENSHU_HTTPS=1 にしてください。",
        )


def demonstration(patient: Patient) -> Iterator[Finding]:
    """The demonstration's login page shows accounts."""
    if patient.settings.demo:
        yield warning(
            "demonstration",
            "KENSHU_DEMO=1 です。ログイン画面に見本のアカウントが出ます。本番では外してください。",
        )


def moved_clock(_patient: Patient) -> Iterator[Finding]:
    """A rehearsal must not be taken for the real thing."""
    try:
        start = rehearsal_start()
    except ValueError as error:
        yield fault("moved_clock", str(error))
        return
    if start is not None:
        yield warning("moved_clock", "KENSHU_NOW で時計を動かしています(予行演習)。本番では外してください。")


def content(patient: Patient) -> Iterator[Finding]:
    """The texts as they stand in the folder."""
    if patient.content_problem:
        first = patient.content_problem.splitlines()[0]
        yield fault("content", f"教材を読めません。{first} 直して、flask content check で確かめてください。")
