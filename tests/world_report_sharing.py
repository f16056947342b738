"""Bundles, talks and what families have seen, added beside what was there: each text of them marked.

In each partnership stand:

bundle 1 of p.past_initial, whose register is closed (world.bundles["p.past_initial"])
p.past_initial.other_gp  what the other surgery told the chair, and has not confirmed yet (world.talks)
p.past_initial.school    that a mother has seen the school's report (world.sharings)
a waiver of the school's report on p.past_initial, taken back before it was sent; one on p.strategy stands
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import FilePurpose
from portal.domain.bundle_vocabulary import MaySee
from portal.domain.family_vocabulary import FamilyRelation
from portal.domain.sharing_vocabulary import ConsultationState, NotNeededReason, ShareWay
from portal.models.consultations import Consultation
from portal.models.files import StoredFile
from portal.models.report_bundles import BundledReport, ReportBundle
from portal.models.report_sharing import ReportSharing
from portal.models.report_waivers import ReportWaiver
from portal.services import files
from tests.world import NOW, PARTNERSHIPS, World

PLACE = "past_initial"
THEN = NOW - timedelta(days=25)
SCHOOL = frozenset({"school.lead", "school.practitioner"})
OTHER_GP = frozenset({"other_gp.lead", "other_gp.practitioner"})
KEEPERS = frozenset({"second_chair", "manager"})


class SharingBuilder:
    """Writes them in one open transaction, after the meetings."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """The same in both partnerships."""
        for letter in PARTNERSHIPS:
            self._bundle(letter)
            self._talk(letter)
            self._sharing(letter)
            self._waiver(letter)
        self.session.flush()

    def _mark(self, letter: str, kind: str, names: frozenset[str]) -> str:
        readers = {f"{letter}.{name}" for name in names}
        tag = f"ZQ-{letter.upper()}-{kind.upper()}-QZ"
        return self.world.mark(kind.partition("-")[0], letter, readers, tag)

    def _bundle(self, letter: str) -> None:
        world, meeting = self.world, self.world.meeting(f"{letter}.{PLACE}")
        readers = set(meeting.seen_by) - {f"{letter}.coordinator"}
        tag = f"ZQ-{letter.upper()}-BUNDLE-QZ"
        content = world.mark("bundle", letter, readers, tag).encode()
        viewer = Viewer.of_system("tests", NOW, world.partnerships[letter])
        purpose = FilePurpose.REPORT_BUNDLE
        with files.making(
            viewer, purpose=purpose, name="Reports.pdf", media_type="application/pdf", content=content
        ) as made:
            stored = StoredFile(**asdict(made), given_at=THEN)
        self.session.add(stored)
        self.session.flush()
        bundle = ReportBundle(
            partnership_id=world.partnerships[letter], meeting_id=meeting.id, number=1, cut_at=THEN, file_id=stored.id
        )
        self.session.add(bundle)
        self.session.flush()
        world.bundles[meeting.key] = bundle.id
        for agency in ("police", "school"):
            self.session.add(
                BundledReport(
                    partnership_id=bundle.partnership_id,
                    bundle_id=bundle.id,
                    report_id=meeting.invitations[agency].report_id,
                    addenda=0,
                    may_see=MaySee.FAMILY,
                    is_later=False,
                )
            )

    def _talk(self, letter: str) -> None:
        meeting = self.world.meeting(f"{letter}.{PLACE}")
        readers = OTHER_GP | KEEPERS
        talk = Consultation(
            partnership_id=self.world.partnerships[letter],
            invitation_id=meeting.invitations["other_gp"].id,
            talked_on=THEN.date(),
            talked_with=self._mark(letter, "talk-with", readers),
            said=self._mark(letter, "talk-said", readers),
            recorded_at=THEN,
            recorded_by_id=self.world.person(f"{letter}.second_chair").user_id,
            state=ConsultationState.WAITING,
        )
        self.session.add(talk)
        self.session.flush()
        self.world.talks[f"{letter}.{PLACE}.other_gp"] = talk.id

    def _sharing(self, letter: str) -> None:
        invited = self.world.meeting(f"{letter}.{PLACE}").invitations["school"]
        readers = SCHOOL | KEEPERS | {"coordinator"}
        sharing = ReportSharing(
            partnership_id=self.world.partnerships[letter],
            invitation_id=invited.id,
            report_id=invited.report_id,
            relation=FamilyRelation.MOTHER,
            shared_on=THEN.date(),
            way=ShareWay.READ_OUT,
            language=self._mark(letter, "sharing-language", readers),
            shared_by=self._mark(letter, "sharing-by", readers),
            words=self._mark(letter, "sharing-words", readers),
            recorded_at=THEN,
            recorded_by_id=self.world.person(f"{letter}.school.lead").user_id,
        )
        self.session.add(sharing)
        self.session.flush()
        self.world.sharings[f"{letter}.{PLACE}.school"] = sharing.id

    def _waiver(self, letter: str) -> None:
        keeper = self.world.person(f"{letter}.coordinator").user_id
        for key, readers, ended_at in ((PLACE, KEEPERS, THEN), ("strategy", {"chair", "manager"}, None)):
            self.session.add(
                ReportWaiver(
                    partnership_id=self.world.partnerships[letter],
                    invitation_id=self.world.meeting(f"{letter}.{key}").invitations["school"].id,
                    reason=NotNeededReason.SOMETHING_ELSE,
                    words=self._mark(letter, f"waiver-{key}", SCHOOL | readers | {"coordinator"}),
                    waived_at=THEN,
                    waived_by_id=keeper,
                    ended_at=ended_at,
                    ended_by_id=keeper if ended_at else None,
                )
            )
