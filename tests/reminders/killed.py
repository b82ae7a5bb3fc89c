"""A program for the test of kills: the site ready, then one `flask remind` a process, as often as asked.

Each line of standard input forks a child that runs the real command; its id is answered at once, how it
ended when it has. Loading the site only once makes fifty kills a matter of seconds.
"""

from __future__ import annotations

import os
import sys

from flask.cli import ScriptInfo

from app import create_app
from app.db import db


def main() -> None:
    app = create_app()
    with app.app_context():
        db.engine.dispose()
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            app.cli.main(args=["remind", "--json"], obj=ScriptInfo(create_app=lambda: app))
            os._exit(0)
        print(child, flush=True)
        _pid, status = os.waitpid(child, 0)
        print(status, flush=True)


if __name__ == "__main__":
    main()
