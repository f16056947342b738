"""What differs between two versions of a report template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from portal.access.viewer import Viewer
from portal.domain.errors import NotVisible
from portal.domain.report_template_changes import QuestionChange, compare
from portal.domain.report_templates import TemplateSection
from portal.domain.text_changes import ChangeKind
from portal.services.report_templates.reading import VersionPage, read_version


@dataclass(frozen=True, slots=True)
class Difference:
    """Two versions of one template, question by question; the sections are those of the new one."""

    old: VersionPage
    new: VersionPage
    changed: tuple[tuple[TemplateSection, tuple[QuestionChange, ...]], ...]
    removed: tuple[QuestionChange, ...]
    counts: Mapping[ChangeKind, int]


def differences(viewer: Viewer, template_id: int, other_id: int | None = None) -> Difference:
    """What a version changed of another one, or of the published one before it; raises NotVisible without one."""
    new = read_version(viewer, template_id)
    known = {one for one, _ in new.siblings}
    old_id = other_id if other_id in known else new.previous_id if other_id is None else None
    if old_id is None:
        raise NotVisible("There is no such version to compare with.")
    old = read_version(viewer, old_id)
    changes = compare(old.template, new.template)
    by_code = {change.question.code: change for change in changes if change.kind is not ChangeKind.SAME}
    sections = (
        (section, tuple(by_code[question.code] for question in section.questions if question.code in by_code))
        for section in new.template.sections
    )
    return Difference(
        old=old,
        new=new,
        changed=tuple((section, found) for section, found in sections if found),
        removed=tuple(change for change in changes if change.kind is ChangeKind.REMOVED),
        counts=Counter(change.kind for change in changes),
    )
