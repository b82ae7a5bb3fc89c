"""What the people of the city do."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.training import amending
from app.training.attempts import start_attempt
from app.training.overview import holder_on
from app.training.records import NotYet, confirm, keep_reading, load_attempt
from app.training.rereading import failed_last
from app.training.yearly import NotAllowed, keep_run_answer, start_run_attempt
from tests.answering import answer_all
from tests.training.city import AMENDMENT, WHO, City


class People(City):
    """They read, pass, fail, take tests again, confirm, go home in the middle."""

    @rule(who=WHO, section=st.integers(0, 4), wrong=st.sampled_from([0, 0, 1, 2, 9]))
    def learn(self, who: int, section: int, wrong: int) -> None:
        """Somebody reads a lesson and takes its test, well or badly."""
        chosen = self.course.sections[section]
        keep_reading(self.people[who], self.course, chosen, self.now())
        attempt = load_attempt(start_attempt(self.people[who], self.course, chosen, self.now()))
        assert attempt is not None
        answer_all(attempt, self.now(), wrong)

    @precondition(lambda self: self.passed)
    @rule(place=st.integers(0, 20))
    def fail_what_was_passed(self, place: int) -> None:
        """Somebody takes a test again that they passed, and fails."""
        sections = {section.slug: section for section in self.course.sections}
        if tests := sorted(one for one in self.passed if one[1] in sections):
            person, slug = tests[place % len(tests)]
            attempt = load_attempt(start_attempt(person, self.course, sections[slug], self.now()))
            assert attempt is not None
            answer_all(attempt, self.now(), 9)

    @rule(who=WHO)
    def learn_everything(self, who: int) -> None:
        """Somebody does the whole course and presses 確認しました."""
        for section in range(len(self.course.sections)):
            self.learn(who, section, 0)
        self.confirm(who)

    @rule(who=WHO)
    def confirm(self, who: int) -> None:
        """Somebody presses 確認しました, of the course and of what was amended, perhaps too early."""
        holder = holder_on(self.people[who], self.course, self.today)
        for press in (
            lambda: confirm(holder, self.course, self.now()),
            lambda: amending.confirm_amendment(holder, self.course, AMENDMENT, self.now()),
        ):
            try:
                press()
            except NotYet:
                continue

    @rule(who=WHO, section=st.integers(0, 4))
    def leave_open(self, who: int, section: int) -> None:
        """Somebody begins a test and goes home."""
        start_attempt(self.people[who], self.course, self.course.sections[section], self.now())

    @rule(who=WHO, wrong=st.sampled_from([0, 9]), read=st.booleans())
    def take_the_run(self, who: int, wrong: int, read: bool) -> None:
        """Somebody takes the year's test, having read again what was missed, or not."""
        failed = failed_last(self.people[who], self.course, self.run.id)
        for slug in failed.sections if failed and read else ():
            section = self.course.section(slug)
            assert section is not None
            keep_reading(self.people[who], self.course, section, self.now())
        try:
            attempt = load_attempt(start_run_attempt(self.people[who], self.course, self.run, self.now()))
        except NotAllowed:
            return
        assert attempt is not None
        answer_all(attempt, self.now(), wrong, keep_run_answer)
