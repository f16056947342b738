"""How much may be sent to which page, and files that are larger than what is taken cut off rather than refused whole.

So what somebody typed beside a file that is too large comes in all the same, and is shown to them again.
"""

from __future__ import annotations

from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import IO, Any, TypeVar, cast

from flask import Flask, Request, current_app, request

from portal.domain.files import MOST_FILES, size_in_words

IN_MEMORY = 512 * 1024
FILES_AT_ONCE = 8
"""So many of the largest files in one request; beyond that it is refused before it is read."""

_NEVER_ON_DISK = 0
_TAKES_FILES = "takes_files"
_UNSTORED = "takes_unstored"
_MOST = "most_file_bytes"
View = TypeVar("View", bound=Callable[..., Any])


class CappedFile(SpooledTemporaryFile[bytes]):
    """A file of an upload: small ones in memory, others on disk without a name, and nothing beyond the limit."""

    def __init__(self, most: int, in_memory: int = IN_MEMORY) -> None:
        super().__init__(max_size=in_memory)
        self._room = most
        self.is_cut_off = False

    def write(self, data: Any) -> int:
        """Keep what there is room for, and take the rest without keeping it."""
        kept = data[: self._room]
        self._room -= len(kept)
        self.is_cut_off = self.is_cut_off or len(kept) < len(data)
        super().write(kept)
        return len(data)


class PortalRequest(Request):
    """A request whose files are cut off at the limit."""

    unstored: int | None = None
    """Room for a file that never touches a disk, in bytes; None where files are files."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.unstored is None:
            return CappedFile(_most())
        # One file is read there: whatever else is sent with it finds no room.
        room, self.unstored = self.unstored, 0
        return CappedFile(room, in_memory=_NEVER_ON_DISK)


def takes_files(view: View) -> View:
    """Let this view's requests be as large as files are; say it above `@requires`."""
    setattr(view, _TAKES_FILES, True)
    return view


def takes_unstored_file(most: int) -> Callable[[View], View]:
    """Let this view take one file of at most `most` bytes that is held in memory alone; say it above `@requires`."""

    def marked(view: View) -> View:
        setattr(view, _UNSTORED, most)
        return takes_files(view)

    return marked


def is_cut_off(stream: Any) -> bool:
    """Whether a file was larger than what is taken."""
    return bool(getattr(stream, "is_cut_off", False))


def most_in_words() -> str:
    """The largest file that is taken."""
    return size_in_words(_most())


def install_uploads(app: Flask, *, most_file_bytes: int) -> None:
    """Set the limits; before anything that reads a form, such as the check of its token."""
    app.request_class = PortalRequest
    app.config[_MOST.upper()] = most_file_bytes
    app.url_value_preprocessor(_allow_files)


def too_large_words() -> str:
    """What to say of a request that was too large to be read; empty where no files were asked for."""
    if request.max_content_length == current_app.config["MAX_CONTENT_LENGTH"]:
        return ""
    return (
        f"Together the files were too large, so none was taken. Each may have {most_in_words()}: send a few at a time, "
        f"{MOST_FILES} altogether."
    )


def _allow_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    view = current_app.view_functions.get(endpoint or "")
    if getattr(view, _TAKES_FILES, False):
        request.max_content_length = FILES_AT_ONCE * _most() + int(current_app.config["MAX_CONTENT_LENGTH"])
        # The app's own kind of request, behind Flask's proxy for it.
        cast(PortalRequest, request).unstored = getattr(view, _UNSTORED, None)


def _most() -> int:
    most: int = current_app.config[_MOST.upper()]
    return most
