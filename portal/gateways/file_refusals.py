"""Why a file is refused, in the words that go on after its name: "Plan.docm contains macros"."""

from __future__ import annotations

from portal.domain.files import TAKEN

NOT_A_KIND = f"is not of a kind that can be attached. Attach {TAKEN}"
NOT_WHOLE = "cannot be opened: it is damaged, or protected with a password"
BOMB = "unpacks to far more than it should, so it was not taken"
ENTITIES = "declares entities, which Office programs never do, so it was not taken"
FLOOD = "is a picture of far more pixels than a camera takes. Save it smaller"
MACROS = "contains macros or other programs. Save it without them, or as a PDF"
MARKUP = "is a web page, a drawing or other mark-up that can hold programs. Save it as a PDF"
TWO_KINDS = "is two kinds of file in one, so it was not taken. Open it and save it anew"
OLD_FORMAT = "is in an old Office format, or protected with a password. Save it as .docx, .xlsx or .pptx, or as a PDF"
NOT_UTF8 = "is not plain text in UTF-8. From Excel, save it as “CSV UTF-8”"
MAIL_TOO_DEEP = "is an email with too many parts. Attach its files by themselves"
IN_MAIL = "is an email with an attachment that cannot be taken. Save the email without it. The attachment"
"""Goes on with what is wrong with the attachment, without its name."""


class NotTaken(Exception):
    """A file is refused, in the words above."""
