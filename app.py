"""The door: `python app.py` serves the site; everything lives in the package `app/`."""

import os

from app import create_app

if __name__ == "__main__":
    create_app().run(host=os.environ.get("KENSHU_HOST", "127.0.0.1"), port=int(os.environ.get("KENSHU_PORT", "5000")))
