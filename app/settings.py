"""Every setting, its default, its meaning. Environment variables named KENSHU_… override."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app import private_files

ROOT = Path(__file__).resolve().parent.parent

#: Every environment variable the site reads: (name, default as a person reads it, meaning).
#: docs/settings.md lists the same.
SETTINGS: tuple[tuple[str, str, str], ...] = (
    ("KENSHU_DATABASE_URL", "instance/kenshu.sqlite3", "データベース。大きな市では postgresql+psycopg://…"),
    ("KENSHU_CONTENT", "content/", "研修の教材のフォルダー"),
    ("KENSHU_INSTANCE", "instance/", "このサイトが書き込むフォルダー"),
    ("KENSHU_SECRET_KEY", "instance/secret_key に自動で作成", "クッキーの署名に使う秘密の文字列"),
    ("KENSHU_HOST", "127.0.0.1", "待ち受けるアドレス"),
    ("KENSHU_PORT", "5000", "待ち受けるポート"),
    ("KENSHU_NOW", "なし", "試験と予行演習のときだけ: 時計をこの日時から始める(全ページに表示)"),
    ("KENSHU_HTTPS", "0", "1 のとき、クッキーを HTTPS だけで送る(HTTPS で公開するときは必ず 1)"),
    ("KENSHU_ADDRESS", "なし", "職員に知らせるサイトのアドレス(初期パスワード票に印刷される)"),
    ("KENSHU_SMTP_HOST", "なし", "メールを送るサーバー。なければ、メールを送らず、お願いを紙で渡す"),
    ("KENSHU_SMTP_PORT", "25", "メールのサーバーのポート(587 は starttls、465 は tls のことが多い)"),
    ("KENSHU_SMTP_TLS", "なし", "メールの暗号化: starttls 又は tls"),
    ("KENSHU_SMTP_CA", "なし", "庁内の認証局の証明書のファイル(メールのサーバーを確かめる)"),
    ("KENSHU_SMTP_USER", "なし", "メールのサーバーに入る名前"),
    ("KENSHU_SMTP_PASSWORD", "なし", "メールのサーバーに入るパスワード"),
    ("KENSHU_SMTP_FROM", "なし", "差出人のアドレス(KENSHU_SMTP_HOST を設定したら必ず設定する)"),
    ("KENSHU_AUTHORING", "0", "1 のとき、教材を直すとすぐに読み直す(dev.py run が設定する)"),
    ("KENSHU_DEMO", "0", "1 のとき、ログイン画面に見本の市のアカウントを表示する(dev.py demo が設定する)"),
)


@dataclass(frozen=True)
class Smtp:
    """The server that takes our mail. ``tls`` is "" (none), "starttls" or "tls"."""

    host: str
    sender: str
    port: int = 25
    tls: str = ""
    ca: str = ""
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Smtp | None:
        """None when no server is named. Raises SystemExit with a sentence when the settings don't fit."""
        host = environment.get("KENSHU_SMTP_HOST", "").strip()
        if not host:
            return None
        port, tls = environment.get("KENSHU_SMTP_PORT") or "25", environment.get("KENSHU_SMTP_TLS", "")
        sender = environment.get("KENSHU_SMTP_FROM", "").strip()
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise SystemExit(f"KENSHU_SMTP_PORT={port!r} は、1から65535までの数字で書いてください。")
        if tls not in ("", "starttls", "tls"):
            raise SystemExit(f"KENSHU_SMTP_TLS={tls!r} は、starttls 又は tls と書いてください。")
        if not re.fullmatch(r"[!-?A-~]+@[A-Za-z0-9.-]+", sender):
            raise SystemExit(
                "KENSHU_SMTP_FROM に、差出人のアドレスを書いてください(例: kenshu@city.example.jp)。"
            )
        user, password = environment.get("KENSHU_SMTP_USER", ""), environment.get("KENSHU_SMTP_PASSWORD", "")
        return cls(host, sender, int(port), tls, environment.get("KENSHU_SMTP_CA", ""), user, password)


@dataclass(frozen=True)
class Settings:
    """The settings of one running site."""

    database_url: str
    content: Path
    instance: Path
    secret_key: str
    https: bool = False
    address: str = ""
    demo: bool = False
    authoring: bool = False
    smtp: Smtp | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the environment; create the instance folder and its secret key when they are absent."""
        instance = Path(environment.get("KENSHU_INSTANCE") or ROOT / "instance").resolve()
        instance.mkdir(mode=private_files.FOLDER, parents=True, exist_ok=True)
        default_url = f"sqlite:///{(instance / 'kenshu.sqlite3').as_posix()}"
        return cls(
            database_url=environment.get("KENSHU_DATABASE_URL") or default_url,
            content=Path(environment.get("KENSHU_CONTENT") or ROOT / "content").resolve(),
            instance=instance,
            secret_key=environment.get("KENSHU_SECRET_KEY") or _kept_secret(instance),
            https=environment.get("KENSHU_HTTPS", "0") == "1",
            address=environment.get("KENSHU_ADDRESS", ""),
            demo=environment.get("KENSHU_DEMO", "0") == "1",
            authoring=environment.get("KENSHU_AUTHORING", "0") == "1",
            smtp=Smtp.from_environment(environment),
        )


def _kept_secret(instance: Path) -> str:
    """Return the key kept in the instance folder; two processes starting at once agree on one."""
    path = instance / "secret_key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8").strip()
