"""The Word document with merge fields that a practice's system fills for one child: made here, part by part.

The libraries for Word write neither merge fields nor content controls, which are all that this document is.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr  # nosec B406 - escapes what is written; nothing is parsed

from portal.gateways.clinical_records.word_fields import Field

MARKING = "OFFICIAL-SENSITIVE"
TYPE_HERE = "Type here, or leave this as it is"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_CONTENT_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_MAIN}.styles+xml"/>'
    f'<Override PartName="/word/header1.xml" ContentType="{_MAIN}.header+xml"/>'
    "</Types>"
)
_RELATIONSHIPS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    "</Relationships>"
)
_OF_DOCUMENT = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/header" Target="header1.xml"/>'
    "</Relationships>"
)
_STYLES = (
    f'{_XML}<w:styles xmlns:w="{_WORD}"><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:sz w:val="22"/><w:lang w:val="en-GB"/>'
    '</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="80"/></w:pPr></w:pPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/>'
    '<w:pPr><w:keepNext/><w:spacing w:before="120" w:after="120"/><w:outlineLvl w:val="0"/></w:pPr>'
    '<w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="PlaceholderText"><w:name w:val="Placeholder Text"/>'
    '<w:rPr><w:color w:val="505A5F"/></w:rPr></w:style>'
    "</w:styles>"
)
_BORDER = '<w:{side} w:val="single" w:sz="4" w:space="0" w:color="505A5F"/>'
_BORDERS = "".join(_BORDER.format(side=side) for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
_WIDTHS = (3000, 6600)


def write_template(title: str, explanation: Sequence[str], fields: Sequence[Field]) -> bytes:
    """The document's file: the same for the same words, so that a practice can tell whether it is a new one."""
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _RELATIONSHIPS,
        "word/document.xml": _document(title, explanation, fields),
        "word/_rels/document.xml.rels": _OF_DOCUMENT,
        "word/styles.xml": _STYLES,
        "word/header1.xml": f'{_XML}<w:hdr xmlns:w="{_WORD}">{_paragraph(MARKING, centred=True)}</w:hdr>',
    }
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _document(title: str, explanation: Sequence[str], fields: Sequence[Field]) -> str:
    rows = "".join(_row(number, field) for number, field in enumerate(fields, start=1))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in _WIDTHS)
    return (
        f'{_XML}<w:document xmlns:w="{_WORD}" xmlns:r="{_OFFICE}"><w:body>'
        f"{_paragraph(title, style='Heading1')}{''.join(map(_paragraph, explanation))}"
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(_WIDTHS)}" w:type="dxa"/><w:tblBorders>{_BORDERS}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>{_paragraph("")}'
        '<w:sectPr><w:headerReference w:type="default" r:id="rId2"/><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" '
        'w:gutter="0"/></w:sectPr></w:body></w:document>'
    )


def _row(number: int, field: Field) -> str:
    # The label is a reader's second way to tell what the row is, so the help stands in a paragraph of its own.
    label = _paragraph(field.label, bold=True) + (_paragraph(field.help, quiet=True) if field.help else "")
    # A cell has to end with a paragraph of its own.
    return f"<w:tr>{_cell(0, label)}{_cell(1, _control(number, field) + _paragraph(''))}</w:tr>"


def _control(number: int, field: Field) -> str:
    """A box that keeps its tag when the field in it is filled, so that it can be read back."""
    if field.merge:
        instruction = quoteattr(f" MERGEFIELD {field.merge} ")
        inside = f"<w:fldSimple w:instr={instruction}>{_run(f'«{field.merge}»')}</w:fldSimple>"
    else:
        inside = _run(TYPE_HERE, '<w:rStyle w:val="PlaceholderText"/>')
    placeholder = "" if field.merge else "<w:showingPlcHdr/>"
    return (
        f"<w:sdt><w:sdtPr><w:alias w:val={quoteattr(field.label[:64])}/><w:tag w:val={quoteattr(field.tag)}/>"
        f'<w:id w:val="{1000 + number}"/>{placeholder}</w:sdtPr>'
        f"<w:sdtContent><w:p>{inside}</w:p></w:sdtContent></w:sdt>"
    )


def _cell(place: int, content: str) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{_WIDTHS[place]}" w:type="dxa"/></w:tcPr>{content}</w:tc>'


def _paragraph(words: str, *, style: str = "", bold: bool = False, quiet: bool = False, centred: bool = False) -> str:
    look = (f'<w:pStyle w:val="{style}"/>' if style else "") + ('<w:jc w:val="center"/>' if centred else "")
    letters = ("<w:b/>" if bold else "") + ('<w:color w:val="505A5F"/><w:sz w:val="18"/>' if quiet else "")
    return f"<w:p>{f'<w:pPr>{look}</w:pPr>' if look else ''}{_run(words, letters) if words else ''}</w:p>"


def _run(words: str, look: str = "") -> str:
    letters = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{letters}<w:t xml:space="preserve">{escape(words)}</w:t></w:r>'
