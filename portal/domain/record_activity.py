"""What the trail's verbs about retention, holds, erasures and requests of access are in plain words."""

from __future__ import annotations

from collections.abc import Mapping

RECORD_VERBS: Mapping[str, str] = {
    "erasure.certificate_taken": "Took a certificate of erasure along",
    "erasure.done": "Erased records whose time was over",
    "erasure.proposed": "Proposed to erase records whose time is over",
    "erasure.taken_back": "Took back a proposal to erase records",
    "hold.lifted": "Lifted a legal hold",
    "hold.placed": "Placed a legal hold",
    "partnership.deleted": "Deleted everything of a partnership that had left",
    "partnership.exported": "Took out everything of a partnership",
    "records_contact.kept": "Changed whom people write to about what is held",
    "retention.changed": "Changed how long records are kept",
    "retention.run": "Looked for records whose time is over",
    "subject.asked": "Wrote down a request for all that is held on a child",
    "subject.exported": "Took along all that is held on a child",
    "subject.read": "Read all that is held on a child",
    "subject.reviewed": "Decided what of a child’s record is about others",
}
