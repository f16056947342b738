"""FHIR Bundles of both versions: what is read of them, what is broken, and what is refused whole."""

from __future__ import annotations

import copy
import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.clinical_records import ClinicalPart, ClinicalRecord, NotARecord, Whose
from portal.gateways.clinical_records import fhir, fhir_bundles, json_files
from portal.gateways.clinical_records.fhir import read_bundle
from portal.gateways.clinical_records.fhir_checks import Version, version_of
from tests.clinical_files import sample
from tests.torture_records import as_many_entries

STU3, R4 = "gp-connect-stu3.json", "uk-core-r4.json"
ROBIN = Whose("9990000018", date(2017, 3, 14))


def bundle(name: str = STU3):
    """A sample, to be changed."""
    return json.loads(sample(name))


def read(found) -> ClinicalRecord:
    """A Bundle as it is read."""
    return read_bundle(json.dumps(found).encode())


def resource(found, kind: str, number: int = 0):
    """One of a Bundle's resources."""
    return [entry["resource"] for entry in found["entry"] if entry.get("resource", {}).get("resourceType") == kind][
        number
    ]


def texts(record: ClinicalRecord, part: ClinicalPart) -> list[str]:
    """A part's lines, as they would stand in a report."""
    return [line.text for line in record.lines if line.part is part]


class TestWhatGPConnectGives:
    """STU3, with Care Connect's extensions."""

    RECORD = read_bundle(sample(STU3))

    def test_whose(self):
        assert self.RECORD.whose == ROBIN

    @pytest.mark.parametrize(
        ("part", "lines"),
        [
            (ClinicalPart.REGISTRATION, ["Registered at Hollybush Surgery since 2 September 2019 (Regular)"]),
            (
                ClinicalPart.PROBLEMS,
                [
                    "2 October 2023: Asthma (major). Reviewed once a year",
                    "11 May 2021: Otitis media (minor, inactive, until 1 June 2021)",
                ],
            ),
            (
                ClinicalPart.CONSULTATIONS,
                [
                    "4 March 2026: Surgery consultation. Cough - Came with father, who was worried about her sleep. "
                    "Temperature: 37.8 degrees C",
                    "11 February 2026: Safeguarding discussion. Bruise on arm",
                    "14 January 2026: Asthma review. Inhaler technique good",
                    "19 June 2020: Telephone consultation. Chickenpox",
                ],
            ),
            (
                ClinicalPart.MEDICATION,
                [
                    "4 March 2026: Amoxicillin 250mg/5ml oral suspension, 5 ml three times a day (completed)",
                    "10 February 2025: Salbutamol 100micrograms/dose inhaler CFC free, Two puffs when needed",
                ],
            ),
            (
                ClinicalPart.IMMUNISATIONS,
                [
                    "20 November 2025: Not given: Childhood flu vaccine, Not brought",
                    "3 April 2018: Measles mumps and rubella vaccination - first dose",
                ],
            ),
            (ClinicalPart.CONTACTS, ["Mother: Ash Larkfield, telephone 01632 960011", "Grandmother: Wren Larkfield"]),
        ],
    )
    def test_each_part(self, part, lines):
        assert texts(self.RECORD, part) == lines

    def test_what_goes_on_and_what_is_kept_close(self):
        assert [line.words for line in self.RECORD.lines if line.is_current and line.part is ClinicalPart.PROBLEMS] == [
            "Asthma (major). Reviewed once a year"
        ]
        assert [line.words for line in self.RECORD.lines if line.is_confidential] == [
            "Safeguarding discussion. Bruise on arm"
        ]

    def test_what_is_no_part_of_a_report_is_counted(self):
        assert self.RECORD.broken == ()
        assert self.RECORD.passed_over == {
            "Allergies": 1,
            "List": 1,
            "Prescriptions of medicines that are listed": 1,  # the plan for which a statement stands
            "Entered in error, as the practice says": 1,
        }
        assert "Measles" not in " ".join(texts(self.RECORD, ClinicalPart.PROBLEMS))


class TestR4:
    """As UK Core has it: codes for states, encounters instead of contexts, days by other names."""

    RECORD = read_bundle(sample(R4))

    def test_each_part(self):
        assert self.RECORD.whose == ROBIN
        assert self.RECORD.broken == ()
        assert {part: texts(self.RECORD, part) for part in ClinicalPart} == {
            ClinicalPart.REGISTRATION: ["Registered at Hollybush Surgery since 2 September 2019"],
            ClinicalPart.PROBLEMS: ["2 October 2023: Asthma"],
            ClinicalPart.CONSULTATIONS: [
                "14 January 2026: Asthma review. Yearly review. Inhaler technique good - Brought by her mother"
            ],
            ClinicalPart.MEDICATION: [
                "4 March 2026: Amoxicillin 250mg/5ml oral suspension (completed)",
                "10 February 2025: Salbutamol 100micrograms/dose inhaler CFC free, Two puffs when needed",
            ],
            ClinicalPart.IMMUNISATIONS: [
                "20 November 2025: Not given: Childhood flu vaccine, Not brought",
                "3 April 2018: Measles mumps and rubella vaccine, dose 1",
            ],
            ClinicalPart.CONTACTS: ["Grandmother: Wren Larkfield"],
        }

    def test_a_medicine_may_stand_within_the_entry_itself(self):
        """Many systems that write R4 do not give medicines entries of their own."""
        found = bundle(R4)
        taken = resource(found, "MedicationStatement")
        taken["contained"] = [
            {"resourceType": "Medication", "id": "other", "code": {"text": "Another medicine"}},
            {"resourceType": "Medication", "id": "m1", "code": taken.pop("medicationCodeableConcept")},
        ]
        taken["medicationReference"] = {"reference": "#m1"}
        record = read(found)
        assert record.broken == ()
        assert "10 February 2025: Salbutamol 100micrograms/dose inhaler CFC free, Two puffs when needed" in texts(
            record, ClinicalPart.MEDICATION
        )

    @pytest.mark.parametrize("pointing", [{"reference": "#none"}, {"reference": "#"}, {"display": ""}])
    def test_a_medicine_that_is_nowhere_is_listed(self, pointing):
        found = bundle(R4)
        taken = resource(found, "MedicationStatement")
        del taken["medicationCodeableConcept"]
        taken["medicationReference"] = pointing
        assert len(read(found).broken) == 1
        taken["medicationReference"] = {**pointing, "display": "Salbutamol"}
        assert "10 February 2025: Salbutamol, Two puffs when needed" in texts(read(found), ClinicalPart.MEDICATION)

    def test_entered_in_error_is_a_code_here(self):
        found = bundle(R4)
        resource(found, "Condition")["verificationStatus"] = {"coding": [{"code": "entered-in-error"}]}
        assert texts(read(found), ClinicalPart.PROBLEMS) == []


@pytest.mark.parametrize(("name", "version"), [(STU3, Version.STU3), (R4, Version.R4)])
def test_the_version_is_told_without_profiles_too(name, version):
    found = [entry["resource"] for entry in bundle(name)["entry"]]
    assert version_of(found) is version
    bare = [{key: value for key, value in one.items() if key != "meta"} for one in found]
    assert version_of(bare) is version


class TestBrokenEntries:
    """Each is listed with its place; the rest is read."""

    RECORD = read_bundle(sample("broken-entries-stu3.json"))

    def test_each_is_named(self):
        assert [(one.place, one.reason) for one in self.RECORD.broken] == [
            ("Entry 24 (Condition)", "“assertedDate” cannot be read"),
            ("Entry 25 (Condition)", "“subject” is missing"),
            ("Entry 26 (Condition)", fhir.OF_OTHERS),
            ("Entry 27", fhir.NO_RESOURCE),
            ("Entry 28 (Immunization)", fhir.NO_WORDS),
            ("Entry 29 (Condition)", "“severityy” is not known in this version of FHIR"),
        ]

    def test_no_other_is_lost(self):
        assert self.RECORD.lines == read_bundle(sample(STU3)).lines

    def test_what_is_about_somebody_else_is_never_read(self):
        said = " ".join(line.words for line in self.RECORD.lines)
        assert "Epilepsy" not in said

    @pytest.mark.parametrize(
        "value", [None, 5, [], "", {"reference": "Patient/3"}, {"reference": 7}, {"display": "Robin"}]
    )
    def test_a_subject_that_does_not_name_the_patient(self, value):
        found = bundle()
        resource(found, "Condition")["subject"] = value
        record = read(found)
        assert len(record.broken) == 1
        assert "Asthma" not in " ".join(texts(record, ClinicalPart.PROBLEMS))

    def test_a_reason_never_says_what_stands_there(self):
        found = bundle()
        resource(found, "Condition")["onsetDateTime"] = "ZQ-SECRET-QZ"
        (broken,) = read(found).broken
        assert "ZQ" not in broken.reason


class TestWhoseItIs:
    """One patient, with one number and a whole day of birth."""

    def refused(self, change) -> str:
        found = bundle()
        change(found)
        with pytest.raises(NotARecord) as refused:
            read(found)
        return str(refused.value)

    def test_nobody(self):
        def change(found):
            found["entry"] = [one for one in found["entry"] if one["resource"]["resourceType"] != "Patient"]

        assert self.refused(change) == fhir_bundles.NOBODY

    def test_several(self):
        with pytest.raises(NotARecord, match="several people"):
            read_bundle(sample("two-children-stu3.json"))

    def test_the_same_patient_twice_is_several_too(self):
        assert (
            self.refused(lambda found: found["entry"].append(copy.deepcopy(found["entry"][1]))) == fhir_bundles.SEVERAL
        )

    @pytest.mark.parametrize(
        ("identifiers", "words"),
        [
            ([], fhir_bundles.NO_NUMBER),
            ([{"system": "https://example.org/local", "value": "9990000018"}], fhir_bundles.NO_NUMBER),
            ([{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000019"}], fhir_bundles.NO_NUMBER),
            ([{"system": "https://fhir.nhs.uk/Id/nhs-number"}], fhir_bundles.NO_NUMBER),
            (
                [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018", "use": "old"}],
                fhir_bundles.NO_NUMBER,
            ),
            (
                [
                    {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"},
                    {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026"},
                ],
                fhir_bundles.TWO_NUMBERS,
            ),
        ],
    )
    def test_numbers(self, identifiers, words):
        assert self.refused(lambda found: resource(found, "Patient").update(identifier=identifiers)) == words

    @pytest.mark.parametrize("born", ["2017", "2017-03", None])
    def test_days(self, born):
        assert self.refused(lambda found: resource(found, "Patient").update(birthDate=born)) == fhir_bundles.NO_DAY

    def test_a_patient_that_is_not_whole(self):
        words = self.refused(lambda found: resource(found, "Patient").update(birthDate="14 March"))
        assert words == "The Patient in this Bundle cannot be read: “birthDate” cannot be read."


class TestHostileFiles:
    """Refused before they cost anything."""

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", json_files.NOT_JSON),
            (b"{", json_files.NOT_JSON),
            (b"[]", json_files.NOT_JSON),
            (b"null", json_files.NOT_JSON),
            (b'{"a": NaN}', json_files.NOT_JSON),
            (b'{"a": Infinity}', json_files.NOT_JSON),
            (b'{"a": ' + b"9" * 5000 + b"}", json_files.NOT_JSON),
            (b'{"a": "\xff"}', json_files.NOT_JSON),
            (b"{}", fhir_bundles.NOT_A_BUNDLE),
            (b'{"resourceType": "Patient"}', fhir_bundles.NOT_A_BUNDLE),
            (b'{"resourceType": ["Bundle"]}', fhir_bundles.NOT_A_BUNDLE),
            (b'{"resourceType": "Bundle"}', fhir_bundles.NO_ENTRIES),
            (b'{"resourceType": "Bundle", "entry": []}', fhir_bundles.NO_ENTRIES),
            (b'{"resourceType": "Bundle", "entry": {"resource": {}}}', fhir_bundles.NO_ENTRIES),
            (b'{"resourceType": "Bundle", "entry": [1, null, "x", []]}', fhir_bundles.NOBODY),
        ],
    )
    def test_what_is_no_bundle(self, content, words):
        with pytest.raises(NotARecord) as refused:
            read_bundle(content)
        assert str(refused.value) == words

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b'{"a":' * 100 + b"1" + b"}" * 100, json_files.TOO_DEEP),
            (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", json_files.TOO_DEEP),
            (b'{"a":' + b"[" * 3_000_000, json_files.TOO_MANY),
            (b'{"a":[' + b"{}," * 1_300_000 + b"{}]}", json_files.TOO_MANY),
            (b'{"resourceType":"Bundle","entry":[' + b"{}," * 6_000 + b"{}]}", fhir_bundles.TOO_MANY),
        ],
    )
    def test_bombs_are_refused(self, content, words):
        with pytest.raises(NotARecord) as refused:
            read_bundle(content)
        assert str(refused.value) == words

    def test_a_bundle_as_large_as_is_taken_is_read_whole(self):
        assert read_bundle(as_many_entries()).broken == ()

    def test_extensions_in_extensions_without_end(self):
        inner: dict[str, object] = {"url": "x", "valueString": "x"}
        for _ in range(40):
            inner = {"url": "x", "extension": [inner]}
        found = bundle()
        resource(found, "Condition")["extension"] = [inner]
        with pytest.raises(NotARecord, match="nested"):
            read(found)

    def test_kinds_without_end_are_named_up_to_a_number(self):
        found = bundle()
        found["entry"] += [
            {"resource": {"resourceType": "Kind" + chr(65 + n // 26) + chr(97 + n % 26)}} for n in range(60)
        ]
        passed = read(found).passed_over
        assert len(passed) == fhir.KINDS_NAMED + 1
        assert sum(passed.values()) == 64
        assert passed[fhir.OTHERS] == 64 - fhir.KINDS_NAMED

    def test_words_that_turn_or_hide_are_mended(self):
        found = bundle()
        resource(found, "Condition")["code"] = {"text": "Asthma \u202ecba\u0000"}
        assert "2 October 2023: Asthma cba (major). Reviewed once a year" in texts(read(found), ClinicalPart.PROBLEMS)

    def test_half_a_character_breaks_its_entry_alone(self):
        found = bundle()
        resource(found, "Condition")["code"] = {"text": "Asth\ud800ma"}
        record = read(found)
        assert [one.place for one in record.broken] == ["Entry 3 (Condition)"]
        assert len(texts(record, ClinicalPart.PROBLEMS)) == 1


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=400) | _JSON.map(lambda found: json.dumps(found).encode()))
def test_any_bytes_and_any_json_are_read_or_refused(content):
    with pytest.raises(NotARecord):
        read_bundle(content)


@settings(max_examples=150)
@given(st.data(), st.sampled_from([STU3, R4]), _JSON)
def test_whatever_stands_anywhere_in_a_bundle_it_is_read_or_refused(data, name, value):
    found = bundle(name)
    place, key = found, "entry"
    while True:
        if isinstance(place[key], dict) and place[key] and data.draw(st.integers(0, 6)):
            place, key = place[key], data.draw(st.sampled_from(sorted(place[key])))
        elif isinstance(place[key], list) and place[key] and data.draw(st.integers(0, 6)):
            place, key = place[key], data.draw(st.integers(0, len(place[key]) - 1))
        else:
            break
    place[key] = value
    try:
        record = read(found)
    except NotARecord:
        return
    # A change in one place breaks at most what points to it, and never makes it somebody else's record.
    assert record.whose.born == ROBIN.born or record.whose.nhs_number == ROBIN.nhs_number
    for line in record.lines:
        assert line.words
        line.words.encode()
