"""What mails say: facts put into templates, and each template with invented facts for whoever wants to see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from portal.domain.deadlines import due_words
from portal.domain.message_vocabulary import MailKind, NoticeKind
from portal.domain.notice_words import by_words, day_words, needs_words, words_of
from portal.domain.vocabulary import JoiningPurpose
from portal.domain.working_days import london_time
from portal.gateways.mail_rendering import Rendered, render

YOU = "you"


@dataclass(frozen=True, slots=True)
class Told:
    """One notice as a mail names it."""

    kind: NoticeKind
    whom: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Group:
    """What concerns one agency (or partnership, for who works for no agency)."""

    whom: str
    lines: list[str]


def notices_mail(
    kind: MailKind, name: str, told: Sequence[Told], today: date, link: str, *, is_urgent: bool = False
) -> Rendered:
    """The digest of a day, or what goes at once. It names kinds, agencies and days, and nothing else."""
    whoms = list(dict.fromkeys(one.whom for one in told))
    whom = whoms[0] if len(whoms) == 1 else YOU
    asked = [one for one in told if words_of(one.kind).asks]
    needs = needs_words(
        len(asked),
        len(told) - len(asked),
        whom,
        by_words((one.due_on for one in asked if one.due_on is not None), today),
    )
    groups = [Group(each, _lines([one for one in told if one.whom == each], today)) for each in whoms]
    facts = {"person": name, "needs": needs, "whom": whom, "groups": groups, "link": link}
    if kind is MailKind.AT_ONCE:
        return render("at_once", **facts, urgent=is_urgent)
    return render("digest", **facts)


def joining_mail(name: str, purpose: JoiningPurpose, whom: str, link: str, until: datetime) -> Rendered:
    """The mail with a joining link; `until` is UTC."""
    ends = london_time(until)
    return render(
        "joining",
        person=name,
        is_new=purpose is JoiningPurpose.JOIN,
        is_sign_on=purpose is JoiningPurpose.SIGN_ON,
        whom=whom,
        link=link,
        until=f"{day_words(ends.date(), ends.date())}, {ends:%H:%M}",
    )


def password_changed_mail(name: str, at: datetime, link: str) -> Rendered:
    """The mail that tells somebody that their password was changed; `at` is UTC."""
    here = london_time(at)
    return render(
        "password_changed", person=name, changed=f"{day_words(here.date(), here.date())}, {here:%H:%M}", link=link
    )


def passkey_mail(name: str, at: datetime, link: str, *, is_added: bool) -> Rendered:
    """The mail that tells somebody that a passkey was added to their account, or removed from it; `at` is UTC."""
    here = london_time(at)
    return render(
        "passkey",
        person=name,
        changed=f"{day_words(here.date(), here.date())}, {here:%H:%M}",
        is_added=is_added,
        link=link,
    )


def return_link_mail(
    name: str, whom: str, due: Sequence[date], today: date, link: str, until: datetime, *, telephone: str = ""
) -> Rendered:
    """The mail with a link to one invitation; it says for whom and by when, and nothing of the meeting."""
    ends = london_time(until)
    return render(
        "return_link",
        person=name,
        whom=whom,
        by=by_words(due, today),
        link=link,
        telephone=telephone,
        until=f"{day_words(ends.date(), today)}, {ends:%H:%M}",
    )


def feedback_mail(name: str, link: str, until: datetime) -> Rendered:
    """The mail with a link to the questions about a conference; it says nothing of which. `until` is UTC."""
    ends = london_time(until)
    return render("feedback", person=name, link=link, until=day_words(ends.date(), ends.date()))


@dataclass(frozen=True, slots=True)
class Preview:
    """A template with invented facts, and when such a mail goes."""

    name: str
    when: str
    subject: str
    text: str


def previews(base_url: str = "https://portal.example") -> list[Preview]:
    """Each template with invented people, agencies and days."""
    surgery, name, link = "Marsh Lane Surgery", "Jo Bloggs", f"{base_url}/inbox"
    today, at = date(2026, 11, 20), datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
    answer = Told(NoticeKind.INVITATION, surgery, today + timedelta(days=4))
    report = Told(NoticeKind.REPORT_DUE, surgery, today + timedelta(days=10))
    closed = Told(NoticeKind.ESCALATION_CLOSED, surgery, None)
    alert = Told(NoticeKind.ESCALATION_RAISED, surgery, today)
    joining = f"{base_url}/join/…"
    shown = (
        (
            "Digest",
            "Once a day, in office hours",
            notices_mail(MailKind.DIGEST, name, (answer, answer, report, closed), today, link),
        ),
        (
            "At once",
            "In office hours, for what is due within a working day",
            notices_mail(MailKind.AT_ONCE, name, (alert,), today, link),
        ),
        (
            "Urgent",
            "At any hour, for what cannot wait",
            notices_mail(MailKind.AT_ONCE, name, (alert,), today, link, is_urgent=True),
        ),
        (
            "Joining",
            "When somebody is let in",
            joining_mail(name, JoiningPurpose.JOIN, surgery, joining, at + timedelta(days=3)),
        ),
        (
            "New password",
            "When somebody is given a new link",
            joining_mail(name, JoiningPurpose.NEW_PASSWORD, surgery, joining, at + timedelta(days=3)),
        ),
        (
            "Link to answer by",
            "When a coordinator or an agency’s lead sends one to somebody without an account",
            return_link_mail(
                name,
                surgery,
                (today + timedelta(days=4),),
                today,
                f"{base_url}/return/…",
                at + timedelta(days=14),
                telephone="ending 123",
            ),
        ),
        (
            "Feedback",
            "When whoever runs a conference asks a professional how it was",
            feedback_mail(name, f"{base_url}/f/…", at + timedelta(days=60)),
        ),
        (
            "Passkey",
            "After a passkey was added to an account, or removed from it",
            passkey_mail(name, at, f"{base_url}/account/passkeys", is_added=True),
        ),
        ("Password changed", "After a password was changed", password_changed_mail(name, at, f"{base_url}/sign-in")),
    )
    return [Preview(title, when, mail.subject, mail.text) for title, when, mail in shown]


def _lines(told: Sequence[Told], today: date) -> list[str]:
    """The things of one agency, those alike on one line, what is due first on top and what only tells last."""
    counted = Counter((one.kind, one.due_on) for one in told)

    def order(thing: tuple[NoticeKind, date | None]) -> tuple[bool, date, str]:
        return not words_of(thing[0]).asks, thing[1] or date.max, words_of(thing[0]).task

    return [_line(kind, due_on, counted[kind, due_on], today) for kind, due_on in sorted(counted, key=order)]


def _line(kind: NoticeKind, due_on: date | None, number: int, today: date) -> str:
    words = words_of(kind)
    line = words.task if number == 1 else f"{words.task} ({number} times)"
    if not words.asks or due_on is None:
        return line
    return f"{line}: by {day_words(due_on, today)}, {due_words(today, due_on)}"
