"""The door: `python app.py` serves the site; everything lives in the package `app/`."""

import os

from app import create_app

if __name__ == "__main__":
    host = os.environ.get("KENSHU_HOST") or "127.0.0.1"
    create_app().run(host=host, port=int(os.environ.get("KENSHU_PORT") or "5000"))
