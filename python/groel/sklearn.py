"""A transformer for scikit-learn: proteins in, vectors out."""

from __future__ import annotations

import os
import weakref
from typing import Any, Dict, Iterable, Optional, Tuple, Union

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from .errors import UsageError
from .model import Model

__all__ = ["Embedder"]

_POOLED = ("mean", "max", "cls")
# Clones, which scikit-learn makes for every fold and every setting, share what is loaded.
_loaded: "weakref.WeakValueDictionary[Tuple[Any, ...], Model]" = weakref.WeakValueDictionary()


class Embedder(TransformerMixin, BaseEstimator):
    """Vectors of proteins by a language model; nothing is learned.

        make_pipeline(groel.sklearn.Embedder("groel-5m"), LogisticRegression()).fit(sequences, labels)

    Args:
        model: a groel.Model, or whatever Model.load takes
        output: "mean", "max" or "cls"
        layer: 0 is the embeddings, -1 the last layer
        dtype, threads, memory: of Model.load, for a model that is loaded here
        progress: as of Model.embed

    Attributes:
        n_features_out_: the model's width
    """

    def __init__(self, model: Union[str, "os.PathLike[str]", Model] = "groel-5m", output: str = "mean",
                 layer: int = -1, dtype: str = "f32", threads: int = 0, memory: Optional[int] = None,
                 progress: Any = None) -> None:
        self.model = model
        self.output = output
        self.layer = layer
        self.dtype = dtype
        self.threads = threads
        self.memory = memory
        self.progress = progress

    def fit(self, X: Iterable[str], y: Any = None) -> Embedder:
        """Loads the model and sees that it gives what is asked for. X is looked at for its shape alone."""
        if self.output not in _POOLED:
            raise UsageError(f"output is one of {', '.join(_POOLED)}, not {self.output!r}")
        _sequences(X)
        model = self._model()
        model._embedder((self.layer,), (self.output,))
        self.n_features_out_ = model.description.width
        self.n_features_in_ = 1
        return self

    def transform(self, X: Iterable[str]) -> np.ndarray:
        """float32 [N, D], a row for each sequence of X: one dimension, or one column.

        Raises: BadInputError naming the sequence.
        """
        check_is_fitted(self, "n_features_out_")
        sequences = _sequences(X)
        out = np.empty((len(sequences), self.n_features_out_), dtype=np.float32)
        embeddings: Any = self._model().embed(iter(sequences), self.output, self.layer, progress=self.progress)
        for row, one in enumerate(embeddings):
            out[row] = one[self.output]
        return out

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """"mean0", "mean1", …"""
        check_is_fitted(self, "n_features_out_")
        return np.array([f"{self.output}{i}" for i in range(self.n_features_out_)], dtype=object)

    def _model(self) -> Model:
        if isinstance(self.model, Model):
            return self.model
        key = (os.fspath(self.model), self.dtype, self.threads, self.memory)
        kept = self.__dict__.get("_kept")
        if kept is not None and kept[0] == key:
            return kept[1]
        model = _loaded.get(key)
        if model is None:
            model = Model.load(key[0], self.dtype, threads=self.threads, memory=self.memory)
            _loaded[key] = model
        self._kept = (key, model)
        return model

    def __getstate__(self) -> Dict[str, Any]:
        """Without the loaded model: whoever reads it loads it again."""
        state = dict(super().__getstate__())
        state.pop("_kept", None)
        return state

    def _more_tags(self) -> Dict[str, Any]:  # of scikit-learn before 1.6
        return {"X_types": ["string"], "stateless": False, "requires_fit": True}


def _sequences(X: Iterable[str]) -> list:
    if isinstance(X, str):
        raise UsageError("X is a list of sequences, not one")
    array: Any = X if hasattr(X, "ndim") else np.asarray(list(X), dtype=object)
    if array.ndim == 2 and array.shape[1] == 1:
        array = np.asarray(array, dtype=object)[:, 0]
    if array.ndim != 1:
        raise UsageError(f"X has the shape {array.shape}: sequences are in one dimension, or in one column")
    return [one if isinstance(one, str) else _refuse(one, row) for row, one in enumerate(array)]


def _refuse(one: Any, row: int) -> str:
    raise UsageError(f"row {row} of X is a {type(one).__name__}, not a sequence")
