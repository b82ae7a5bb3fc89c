"""What the site signs is signed with HMAC-SHA-256: form cookie, form token, a shared terminal's mark."""

from __future__ import annotations

import hashlib

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer


class FormCookie(SecureCookieSessionInterface):
    """Flask's own signed cookie, without its SHA-1."""

    digest_method = staticmethod(hashlib.sha256)


def init_app(app: Flask) -> None:
    """Sign with nothing weaker; what another method or key signed is not accepted."""
    app.session_interface = FormCookie()
    # The form's token is signed inside Flask-WTF, which takes whatever the library's default is.
    Signer.default_digest_method = staticmethod(hashlib.sha256)
