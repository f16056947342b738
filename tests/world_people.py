"""The people's side of the world: partnerships, rules, agencies, teams, people and their memberships."""

from __future__ import annotations

from datetime import timedelta

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from portal.access.roles import CODE_ROLES
from portal.access.viewer import Hat
from portal.domain.default_kinds import DEFAULT_KINDS
from portal.domain.default_rules import default_rule_set
from portal.domain.labels import label
from portal.domain.periods import quarter_began
from portal.domain.vocabulary import AgencyType, MeetingKind, Post, Role
from portal.models.absences import PeopleConfirmation
from portal.models.activity import ActivityChain
from portal.models.partnerships import Agency, Partnership, PartnershipAgency, Team
from portal.models.people import Membership, User
from portal.models.rule_sets import MeetingRule, MeetingType, RuleSet
from tests.world import AGENCIES, BEFORE, NOW, PARTNERSHIPS, PASSWORD, SIGNATORIES, TODAY, WIDE_ROLES, Person, World

QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Cheap on purpose: what is tested is that the hash is asked, not how long it takes."""


class PeopleBuilder:
    """Writes them in one open transaction, row by row in a fixed order."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.world = World()
        self._password_hash = QUICK_HASHER.hash(PASSWORD)

    def add(self, row):
        """Store a row and give it its id now, so that ids follow the order of writing."""
        self.session.add(row)
        self.session.flush()
        return row

    def build_partnerships(self) -> None:
        """Partnerships, rules, agencies, teams and people."""
        police = self.add(Agency(name="Borough Police", agency_type=AgencyType.POLICE, created_at=BEFORE))
        for number, letter in enumerate(PARTNERSHIPS, start=1):
            name = f"ZQ-{letter.upper()}-PARTNERSHIP-QZ"
            partnership = self.add(Partnership(name=name, created_at=BEFORE))
            self.world.partnerships[letter] = partnership.id
            self.add(ActivityChain(partnership_id=partnership.id, last_sequence=0, last_seal=bytes(32)))
            self._rules(letter)
            for agency, agency_type in AGENCIES.items():
                row = police
                if agency != "police":
                    row = self.add(
                        Agency(
                            name=f"ZQ-{letter.upper()}-AGENCY-{agency.upper()}-QZ",
                            agency_type=agency_type,
                            urn=f"{100000 + number}" if agency == "school" else None,
                            ods_code=f"{letter.upper()}8{len(agency):04}" if agency_type is AgencyType.GP else None,
                            created_at=BEFORE,
                        )
                    )
                self._place(letter, agency, row)
            for team in ("east", "west"):
                row = self.add(
                    Team(
                        partnership_id=partnership.id,
                        agency_id=self.world.agencies[f"{letter}.social_care"],
                        name=f"ZQ-{letter.upper()}-TEAM-{team.upper()}-QZ",
                    )
                )
                self.world.teams[f"{letter}.{team}"] = row.id
            self._people(letter)
            self._confirmed(letter)
        self._both()
        for letter in PARTNERSHIPS:
            self._mark_partnership(letter)

    def _rules(self, letter: str) -> None:
        partnership_id = self.world.partnerships[letter]
        rules = default_rule_set()
        rule_set = self.add(
            RuleSet(
                partnership_id=partnership_id,
                effective_from=rules.effective_from,
                guidance_edition=rules.guidance_edition,
                small_count_limit=rules.small_count_limit,
                created_at=BEFORE,
            )
        )
        for position, kind in enumerate(DEFAULT_KINDS, start=1):
            meeting_type = self.add(
                MeetingType(
                    partnership_id=partnership_id,
                    code=kind.code,
                    name=label(MeetingKind(kind.code)) if kind.code in set(MeetingKind) else kind.name,
                    position=position,
                    family=kind.family,
                    sections=[section.value for section in kind.sections],
                    several_families=kind.several_families,
                    named_people_only=kind.named_people_only,
                )
            )
            self.world.meeting_types[f"{letter}.{kind.code}"] = meeting_type.id
            stored = rules.rule_for(kind.code).to_json()
            del stored["meeting_type"]
            self.add(
                MeetingRule(
                    partnership_id=partnership_id,
                    rule_set_id=rule_set.id,
                    meeting_type_id=meeting_type.id,
                    **stored,
                )
            )

    def _place(self, letter: str, agency: str, row: Agency) -> None:
        key = f"{letter}.{agency}"
        code = f"ZQ-{letter.upper()}-CODE-{agency.upper()}-QZ"
        self.add(
            PartnershipAgency(
                partnership_id=self.world.partnerships[letter],
                agency_id=row.id,
                code=code,
                email=f"zq-{letter}-desk-{agency}-qz@example.org",
            )
        )
        self.world.agencies[key] = row.id
        self.world.agency_names[key] = row.name
        self.world.agency_codes[key] = code

    def _people(self, letter: str) -> None:
        for agency in AGENCIES:
            self._person(f"{letter}.{agency}.practitioner", letter, Role.PRACTITIONER, agency)
            self._person(f"{letter}.{agency}.lead", letter, Role.AGENCY_LEAD, agency, post=Post.DESIGNATED_LEAD)
        for team in ("east", "west"):
            self._person(f"{letter}.social_care.{team}", letter, Role.PRACTITIONER, "social_care", team=team)
        for name, post in SIGNATORIES.items():
            self._person(f"{letter}.{name}", letter, Role.SIGNATORY, name.split(".")[0], post=post)
        self._person(f"{letter}.gp.former", letter, Role.PRACTITIONER, "gp", ended=True)
        self._person(f"{letter}.gp.deactivated", letter, Role.PRACTITIONER, "gp", deactivated=True)
        for name, role in WIDE_ROLES.items():
            sector = AgencyType.GP if role is Role.SECTOR_LEAD else None
            self._person(f"{letter}.{name}", letter, role, sector=sector)

    def _confirmed(self, letter: str) -> None:
        """Each lead has said this quarter who still works there."""
        for agency in AGENCIES:
            self.session.add(
                PeopleConfirmation(
                    partnership_id=self.world.partnerships[letter],
                    agency_id=self.world.agencies[f"{letter}.{agency}"],
                    quarter_begins_on=quarter_began(TODAY),
                    confirmed_at=NOW - timedelta(days=60),
                    confirmed_by_id=self.world.people[f"{letter}.{agency}.lead"].user_id,
                )
            )

    def _both(self) -> None:
        person = self._user("both", Role.PRACTITIONER)
        self._hat(person, "a", Role.PRACTITIONER, "police")
        self._hat(person, "b", Role.AGENCY_LEAD, "police")

    def _person(
        self,
        key: str,
        letter: str,
        role: Role,
        agency: str | None = None,
        *,
        team: str | None = None,
        post: Post | None = None,
        sector: AgencyType | None = None,
        ended: bool = False,
        deactivated: bool = False,
    ) -> None:
        person = self._user(key, role, deactivated=deactivated)
        person.active = not ended and not deactivated
        self._hat(person, letter, role, agency, team=team, post=post, sector=sector, ended=ended)

    def _user(self, key: str, role: Role, *, deactivated: bool = False) -> Person:
        slug = key.replace(".", "-").replace("_", "-")
        has_code = role in CODE_ROLES
        # A secret for each, the same in every run: base32 has neither dot nor underscore nor 0, 1, 8, 9.
        secret = "".join(letter for letter in key.upper() if letter.isalpha()).ljust(32, "Q")[:32] if has_code else None
        user = self.add(
            User(
                email=f"zq-{slug}-qz@example.org",
                name=f"ZQ-{slug.upper()}-QZ",
                password_hash=self._password_hash,
                totp_secret=secret,
                totp_confirmed_at=BEFORE if has_code else None,
                deactivated_at=NOW - timedelta(days=30) if deactivated else None,
                last_signed_in_at=NOW - timedelta(days=7),
                created_at=BEFORE,
            )
        )
        person = Person(key, user.id, user.name, user.email, totp_secret=secret)
        self.world.people[key] = person
        return person

    def _hat(
        self,
        person: Person,
        letter: str,
        role: Role,
        agency: str | None,
        *,
        team: str | None = None,
        post: Post | None = None,
        sector: AgencyType | None = None,
        ended: bool = False,
    ) -> None:
        world = self.world
        row = self.add(
            Membership(
                partnership_id=world.partnerships[letter],
                user_id=person.user_id,
                agency_id=world.agencies[f"{letter}.{agency}"] if agency else None,
                team_id=world.teams[f"{letter}.{team}"] if team else None,
                role=role,
                post=post,
                sector=sector,
                created_at=BEFORE,
                ended_at=NOW - timedelta(days=30) if ended else None,
            )
        )
        person.hats.append(
            Hat(
                membership_id=row.id,
                partnership_id=row.partnership_id,
                partnership_name=f"ZQ-{letter.upper()}-PARTNERSHIP-QZ",
                role=role,
                agency_id=row.agency_id,
                agency_name=world.agency_names[f"{letter}.{agency}"] if agency else None,
                agency_type=AGENCIES[agency] if agency else None,
                team_id=row.team_id,
                post=post,
                sector=sector,
            )
        )

    def _mark_partnership(self, letter: str) -> None:
        """Who may see what of the people's side: written from design.md, not from the code."""
        world = self.world
        everybody = world.everybody(letter)
        world.mark("partnership", letter, everybody, f"ZQ-{letter.upper()}-PARTNERSHIP-QZ")
        whole_list = {
            f"{letter}.{name}"
            for name in ("manager", "coordinator", "board", "business_manager", "scrutineer", "administrator")
        }
        for agency, agency_type in AGENCIES.items():
            key = f"{letter}.{agency}"
            if agency != "police":
                world.mark("agency", letter, everybody, world.agency_names[key])
            readers = whole_list | world.agency_people(letter, agency)
            if agency_type is AgencyType.GP:
                readers |= {f"{letter}.sector_lead"}
            world.mark("agency code", letter, readers, world.agency_codes[key])
            world.mark("agency address", letter, readers, f"zq-{letter}-desk-{agency}-qz@example.org")
        for team in ("east", "west"):
            readers = world.agency_people(letter, "social_care") | whole_list
            if team == "west":
                # Chose it when raising the alert of tests/world_escalations.py.
                readers = readers | {f"{letter}.chair"}
            world.mark("team", letter, readers, f"ZQ-{letter.upper()}-TEAM-{team.upper()}-QZ")
        for key in sorted(everybody - {"both"}):
            person = world.people[key]
            agency = key.split(".")[1] if key.count(".") == 2 else None
            colleagues = world.agency_people(letter, agency) if agency else frozenset()
            world.mark("person", letter, everybody, person.name)
            # The sector lead reminds whoever leads at a surgery, and rings or writes where that does not help.
            chasing = {f"{letter}.sector_lead"} if key in {f"{letter}.gp.lead", f"{letter}.other_gp.lead"} else set()
            reading = {key, f"{letter}.administrator", *colleagues, *chasing}
            world.mark("person's address", letter, reading, person.email)
