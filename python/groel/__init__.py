"""GroEL: protein language models in one native library.

    import groel
    model = groel.Model.load("groel-5m")
    model.embed("MKTAYIAKQRQISFVKSHFSRQLEERLGLI").mean      # a NumPy array, not copied

Errors are GroelError, by kind; notes go to logging's "groel", warnings are GroelWarning. Ctrl-C ends what runs.
docs/python.md has more; groel.sklearn has a transformer for scikit-learn.
"""

import numpy  # noqa: F401  the native module needs it; said here where it is missing

from . import _groel
from .errors import (BadInputError, BadModelError, CancelledError, GroelError, GroelWarning, InternalError,
                     NotFoundError, OutOfMemoryError, SystemIOError, UnsupportedError, UsageError)
from .model import Model, read
from .results import (Embedding, FilledMask, GeneratedProtein, MaskChoice, ModelDescription, Progress, Record)

__version__ = _groel.version

__all__ = [
    "BadInputError", "BadModelError", "CancelledError", "Embedding", "FilledMask", "GeneratedProtein", "GroelError",
    "GroelWarning", "InternalError", "MaskChoice", "Model", "ModelDescription", "NotFoundError", "OutOfMemoryError",
    "Progress", "Record", "SystemIOError", "UnsupportedError", "UsageError", "read",
]
