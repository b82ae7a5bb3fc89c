"""What the site signs is signed with HMAC-SHA-256: form cookie, form token, a shared terminal's mark."""

from __future__ import annotations

import hashlib

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer, URLSafeTimedSerializer


class FormCookie(SecureCookieSessionInterface):
    """Flask's own signed cookie, without its SHA-1, its signer made once and not for every page."""

    digest_method = staticmethod(hashlib.sha256)

    def __init__(self) -> None:
        self._secret: object = None
        self._signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer under the site's secret."""
        if self._secret != app.secret_key:
            self._secret, self._signer = app.secret_key, super().get_signing_serializer(app)
        return self._signer


def init_app(app: Flask) -> None:
    """Sign with nothing weaker; what another method or key signed is not accepted."""
    app.session_interface = FormCookie()
    # The form's token is signed inside Flask-WTF, which takes whatever the library's default is.
    Signer.default_digest_method = staticmethod(hashlib.sha256)
