"""What goes wrong: a GroelError for each kind, with the words of the command line (docs/errors.md)."""

from __future__ import annotations

from typing import Dict, Optional, Type

__all__ = [
    "GroelError", "UsageError", "NotFoundError", "BadInputError", "BadModelError", "SystemIOError", "OutOfMemoryError",
    "UnsupportedError", "CancelledError", "InternalError", "GroelWarning",
]


class GroelWarning(UserWarning):
    """What the library warns of: records that were read as something else than they are written, and the like."""


class GroelError(Exception):
    """Something that went wrong. Its text is "where: what", and the remedy on a line of its own.

    Attributes:
        kind: as in JSON: "bad_input"
        what: what went wrong, one sentence
        where: file, line, record or tensor; may be empty
        remedy: what to do about it; may be empty
    """

    kind = "internal"

    def __init__(self, message: str, what: Optional[str] = None, where: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.what, self.where, self.remedy = message if what is None else what, where, remedy

    def __str__(self) -> str:
        return str(self.args[0])

    def at(self, outer: str) -> GroelError:
        """The same error seen from further out: `outer` is put before `where`."""
        outer = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in outer)
        return type(self)(f"{outer}: {self}", self.what, f"{outer}: {self.where}" if self.where else outer, self.remedy)

    def __reduce__(self):
        return type(self), (self.args[0], self.what, self.where, self.remedy)


class UsageError(GroelError, ValueError):
    """The caller asked for something that makes no sense."""

    kind = "usage"


class NotFoundError(GroelError, LookupError):
    """A named file, model or record is not there."""

    kind = "not_found"


class BadInputError(GroelError, ValueError):
    """A sequence, a record or a data file is malformed."""

    kind = "bad_input"


class BadModelError(GroelError, ValueError):
    """A checkpoint is malformed, incomplete or not what it claims to be."""

    kind = "bad_model"


class SystemIOError(GroelError, OSError):
    """The system refused to read or write."""

    kind = "io"


class OutOfMemoryError(GroelError, MemoryError):
    """The work does not fit in the memory allowed."""

    kind = "memory"


class UnsupportedError(GroelError, NotImplementedError):
    """Sound, but not something that this build, machine or model can do."""

    kind = "unsupported"


class CancelledError(GroelError):
    """The work was cancelled: by another thread that works with the same model and was interrupted."""

    kind = "interrupted"


class InternalError(GroelError, RuntimeError):
    """A defect of GroEL: please report it."""

    kind = "internal"


_BY_KIND: Dict[str, Type[GroelError]] = {one.kind: one for one in (
    UsageError, NotFoundError, BadInputError, BadModelError, SystemIOError, OutOfMemoryError, UnsupportedError,
    CancelledError, InternalError)}


def exception_of(kind: str, message: str, what: str, where: str, remedy: str) -> GroelError:
    """The exception of a kind, not raised; the native module asks for it."""
    return _BY_KIND[kind](message, what, where, remedy)
