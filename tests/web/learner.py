"""A person at the learner's pages: presses what is on the page and nothing else."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.training.records import Attempt, Question, load_attempt

COURSE = "/courses/sns-guideline/"
SECTIONS = ("1-definition", "2-purpose", "3-scope", "4-basics", "5-city-information")


class Learner:
    """One browser with somebody signed in."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.at = "/"

    def get(self, path: str, status: int = 200) -> str:
        """Open a page, following redirects; remember where it was."""
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == status, f"{path}: {answer.status_code}"
        return self._arrived(answer)

    def post(self, path: str, data: dict[str, object] | None = None) -> str:
        """Send a form, see 303 and follow it."""
        answer = self.client.post(path, data=data or {})
        assert answer.status_code == 303, f"{path}: {answer.status_code}"
        return self.get(answer.location)

    def _arrived(self, answer: TestResponse) -> str:
        self.at = answer.request.path
        return answer.get_data(as_text=True)

    def read(self, section: str) -> str:
        """Press 読みました under a lesson."""
        assert "読みました" in self.get(COURSE + section)
        return self.post(COURSE + section)

    def begin(self, section: str) -> str:
        """Press 確認テストを始める (or go on where a test is under way)."""
        self.post(f"{COURSE}{section}/quiz")
        return self.get(self.at)

    @property
    def attempt(self) -> Attempt:
        """The attempt whose page is open."""
        found = load_attempt(self.at.split("/")[5])
        assert found is not None
        return found

    @property
    def question(self) -> Question:
        """The question whose page is open."""
        found = self.attempt.question(int(self.at.split("/")[6]))
        assert found is not None
        return found

    def values(self, right: bool) -> list[str]:
        """What to tick on the open page to answer rightly, or wrongly."""
        question = self.question
        scene = question.scene
        wanted = scene.right
        if not right:
            good = wanted | {p for p, choice in enumerate(scene.choices) if choice.half}
            wanted = frozenset([next(p for p in question.scene_order if p not in good)])
        return [str(place) for place, choice in enumerate(question.scene_order) if choice in wanted]

    def answer(self, right: bool = True) -> str:
        """Choose and press 解答する; a story to its end."""
        page = self.post(self.at, {"choice": self.values(right)})
        while "verdict-on" in page:
            self.get(link(page, "次へ"))
            page = self.post(self.at, {"choice": self.values(right)})
        return page

    def take(self, section: str, wrong: int = 0) -> str:
        """Take a whole test, the first ``wrong`` questions wrongly; return the page with its outcome."""
        page = self.begin(section)
        while "data-outcome" not in page:
            answered = self.answer(right=wrong <= 0)
            assert f'data-result="{"wrong" if wrong > 0 else "correct"}"' in answered
            wrong -= 1
            page = self.get(link(answered, "次へ"))
        return page

    def do_everything(self) -> None:
        """Read and pass all five sections."""
        for section in SECTIONS:
            self.read(section)
            assert 'data-outcome="passed"' in self.take(section)

    def confirm(self) -> str:
        """Press 確認しました on the page that shows the sentence."""
        page = self.get(COURSE)
        found = re.search(r'name="statement" value="([^"]+)"', page)
        assert found, "the sentence is not on the page"
        return self.post(COURSE, {"statement": unescape(found[1])})


def link(page: str, text: str) -> str:
    """The address behind a link with this text."""
    found = re.search(rf'<a [^>]*href="([^"]+)"[^>]*>\s*{re.escape(text)}\s*</a>', page)
    assert found, f"no link {text}"
    address = unescape(found[1])
    return urlsplit(address)._replace(fragment="").geturl()


def text_of(page: str) -> str:
    """What a page's main part says, without tags and spaces between them."""
    main = page[page.index("<main") : page.index("</main>")]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", main)))
