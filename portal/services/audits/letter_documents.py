"""The feedback letter as a document."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from portal.gateways.pdf import make_pdf
from portal.services.audits.letters import Letter, Reply
from portal.services.audits.results_export import MARKING

DRAFT = "Draft: not sent to the agency"
TOO_FEW_OTHERS = "Fewer than 5 other agencies have signed, so no others are shown beside these scores."


def as_pdf(written: Letter) -> bytes:
    """Return the letter as a tagged PDF."""
    on = written.written_on
    data = {
        "title": f"Feedback on your return: {written.round_title}",
        "marking": MARKING,
        "draft": DRAFT if written.is_draft else "",
        "agency": written.agency,
        "from": f"{written.partnership}, {_day(on)}",
        "framework": written.framework,
        "heads": [
            "Standard",
            "You now",
            f"{written.others}, mean" if written.others else "Others",
            "You last time",
            "Change, points",
        ],
        "standards": [
            [one.title, one.now, _percent(one.others), _percent(one.before), _points(one.change, one.note)]
            for one in written.standards
        ],
        "notes": [
            *([] if written.others else [TOO_FEW_OTHERS]),
            f"Last time is {written.last_round}, over the questions that ask what they asked then."
            if written.last_round
            else "There is no signed return of yours from an earlier round to compare with.",
        ],
        "replies": [
            {"question": one.question, "words": _reply_words(one), "reason": one.reason} for one in written.replies
        ],
        "actions": [[one.what, one.owner, _day(one.due_on), one.state] for one in written.actions],
    }
    return make_pdf("audit_letter", data)


def _reply_words(reply: Reply) -> str:
    words = f"You said: {reply.own}. The panel says: {reply.panel}."
    return f"{words} Agreed with you: {reply.agreed}." if reply.agreed else words


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _percent(value: Decimal | None) -> str:
    return "–" if value is None else f"{value} %"


def _points(value: Decimal | None, note: str) -> str:
    words = "–" if value is None else f"{value:+}"
    return f"{words} ({note})" if note else words
