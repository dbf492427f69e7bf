"""Passes on what the library says of a run: progress to the caller's object, notes to logging, warnings to warnings."""

from __future__ import annotations

import logging
import sys
import time
import warnings
from typing import Any, Optional, Tuple

from .errors import GroelWarning
from .results import Progress

_log = logging.getLogger("groel")


class _Line:
    """Progress as a line of standard error, a few times a second."""

    def __init__(self) -> None:
        self._shown = 0.0

    def __call__(self, now: Progress) -> None:
        whole = now.total is not None and now.done >= now.total
        if time.monotonic() - self._shown < 0.2 and not whole:
            return
        self._shown = time.monotonic()
        of = "" if now.total is None else f" of {now.total}"
        sys.stderr.write(f"\r{now.phase}: {now.done}{of} {now.unit}, {now.seconds:.0f} s" + ("\n" if whole else ""))
        sys.stderr.flush()


class Listener:
    """Told by the native module of one run, or of one after the other.

    Args:
        progress: None; True, for a line on standard error; a function of a Progress; or an object with
            update(n) and total, as tqdm has them
        total: of all runs, where that is known
    """

    def __init__(self, progress: Any = None, total: Optional[int] = None) -> None:
        self._progress: Any = _Line() if progress is True else progress or None
        self._is_bar = hasattr(self._progress, "update")
        if not (self._progress is None or self._is_bar or callable(self._progress)):
            raise TypeError("progress is True, a function of a groel.Progress, or an object with update(n), as tqdm's")
        if self._is_bar and total is not None and getattr(self._progress, "total", 0) is None:
            self._progress.total = total
        self._one_run = True
        self._total = total
        self._done = self._tokens = 0
        self._last = Progress("", 0, 0, 0, 0, 0.0)
        self._begin = time.monotonic()

    def many(self) -> Listener:
        """The runs are parts of one."""
        self._one_run = False
        return self

    def seconds(self) -> float:
        """Since it was made."""
        return time.monotonic() - self._begin

    def next_run(self) -> None:
        """A run is over."""
        self._done += self._last.done
        self._tokens += self._last.tokens
        self._last = Progress("", 0, 0, 0, 0, 0.0)

    def __call__(self, kind: str, what: Any) -> None:
        if kind == "progress":
            self._hear(what)
        elif kind == "warning":
            warnings.warn(what, GroelWarning, stacklevel=4)
        else:
            _log.info("%s", what)

    def _hear(self, what: Tuple[Any, ...]) -> None:
        now = Progress(*what)
        grown, self._last = now.done - self._last.done, now
        if self._progress is None:
            return
        if self._is_bar:
            self._progress.update(grown)
            return
        if not self._one_run:
            now = now._replace(done=self._done + now.done, total=self._total, tokens=self._tokens + now.tokens,
                               total_tokens=None, seconds=self.seconds())
        self._progress(now)
