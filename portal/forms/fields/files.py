"""The field for files: what was sent, as the services take it."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import FileStorage

from portal.domain.files import ACCEPT, TAKEN, Upload
from portal.forms.fields.drawn import DrawnField, Look, macro
from portal.web.uploads import is_cut_off, most_in_words


class FileField(DrawnField):
    """One or several files; the data is a list of Upload, for services/files.py `receiving`, which says what is wrong.

    Its form needs `enctype="multipart/form-data"`, and the view that takes it `@takes_files`. `hint` comes before the
    words about what may be attached.
    """

    data: list[Upload]

    def __init__(self, label: str, *, hint: str = "", multiple: bool = True, **rest: Any) -> None:
        look = {"multiple": multiple, "accept": ACCEPT, **(rest.pop("look", None) or {})}
        super().__init__(label, hint=hint, look=look, **rest)

    def process_data(self, value: Any) -> None:
        """A page cannot choose a file beforehand."""
        self.data = []

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the files; a browser sends an empty one without a name where none was chosen."""
        self.data = [
            Upload(sent.filename, sent.stream, is_cut_off(sent.stream))  # type: ignore[arg-type]  # IO[bytes] is a BinaryIO in all but name
            for sent in valuelist
            if isinstance(sent, FileStorage) and sent.filename
        ]

    def draw(self, look: Look) -> Markup:
        """A file input, and what may be attached."""
        taken = f"{TAKEN}. Up to {most_in_words()} each."
        look["hint"] = f"{look['hint']} {taken}" if look["hint"] else taken
        return macro("file_input")(self.name, self.label.text, id=self.id, **look)


class OneFile(FileField):
    """One file of one kind, which its own words name."""

    def __init__(self, label: str, *, accept: str, hint: str, **rest: Any) -> None:
        look = {"accept": accept}
        super().__init__(label, hint=hint, multiple=False, look=look, required="Choose a file", **rest)

    def draw(self, look: Look) -> Markup:
        """A file input."""
        return macro("file_input")(self.name, self.label.text, id=self.id, **look)

    def content(self, most: int) -> bytes:
        """The file's bytes, at most one more than `most`, so that whoever reads them sees that it is too large."""
        stream = self.data[0].stream
        stream.seek(0)
        return stream.read(most + 1)
