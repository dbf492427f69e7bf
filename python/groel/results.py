"""What models give: embeddings, filled masks, proteins; and the records that they are given."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple, Union

import numpy as np

from .errors import GroelError, UsageError

__all__ = ["Embedding", "FilledMask", "GeneratedProtein", "MaskChoice", "ModelDescription", "Progress", "Record"]


class ModelDescription(NamedTuple):
    """What a model is."""

    family: str
    layers: int
    width: int
    heads: int
    vocabulary: int
    parameters: int
    max_residues: Optional[int]
    """None: any length"""
    capabilities: Tuple[str, ...]
    """"encoder", "masked_lm", "contacts", "causal_lm" """


class Progress(NamedTuple):
    """How far a long run is."""

    phase: str
    """"embedding" """
    done: int
    """in `unit`"""
    total: Optional[int]
    """None: not known, as of an iterator"""
    tokens: int
    """in `token_unit`, worked on so far"""
    total_tokens: Optional[int]
    seconds: float
    """since the phase began"""
    unit: str = "records"
    token_unit: str = "residues"
    detail: str = ""


class Record(NamedTuple):
    """A protein of a file."""

    id: str
    """first word of the header, or the id column; else "record_N" """
    header: str
    sequence: str
    """as written, white space removed; empty where there is an error"""
    source: str = ""
    line: int = 0
    """that it starts on, from 1"""
    error: Optional[GroelError] = None
    """this record alone is malformed"""

    @property
    def place(self) -> str:
        """As commands name it: "my.fasta:12 (P12345)"."""
        return f"{self.source}:{self.line} ({self.id})" if self.line > 0 else self.id or self.source


class Embedding:
    """What was computed of one protein: arrays of float32 over the library's own memory, with no copy.

    `embedding.mean` and `embedding["mean"]` are of the highest layer that was asked for, `embedding["mean", 3]` of
    layer 3. Shapes, for L residues, n tokens (with the end tokens), width D, vocabulary V and H heads: mean, max and
    cls [D], per_residue [L, D], logits [L, V], contacts [L, L], attentions [H, n, n]. End tokens are in none but cls
    and attentions. What was not asked for raises UsageError.
    """

    __slots__ = ("id", "_values")

    def __init__(self, values: List[Tuple[str, int, np.ndarray]], id: Optional[str] = None) -> None:
        self.id = id
        self._values: Dict[Tuple[str, int], np.ndarray] = {(output, layer): array for output, layer, array in values}

    def __getitem__(self, key: Union[str, Tuple[str, int]]) -> np.ndarray:
        output, layer = (key, None) if isinstance(key, str) else key
        output = output.replace("-", "_")
        layers = [one for name, one in self._values if name == output]
        if layers and (layer is None or layer == -1):
            layer = max(layers)
        if layer not in layers:
            of_layer = "" if layer is None else f" of layer {layer}"
            raise UsageError(f"{output}{of_layer} was not asked for")
        return self._values[output, layer]

    mean = property(lambda self: self["mean"], doc="[D]: mean over the residues")
    max = property(lambda self: self["max"], doc="[D]: maximum over the residues")
    cls = property(lambda self: self["cls"], doc="[D]: of the token before the residues")
    per_residue = property(lambda self: self["per_residue"], doc="[L, D]")
    logits = property(lambda self: self["logits"], doc="[L, V]")
    contacts = property(lambda self: self["contacts"], doc="[L, L]: probabilities")
    attentions = property(lambda self: self["attentions"], doc="[H, n, n]")

    def keys(self) -> List[Tuple[str, int]]:
        """(output, layer) of each value: output by output, layers ascending."""
        return list(self._values)

    def __iter__(self) -> Iterator[Tuple[str, int]]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        values = ", ".join(f"{output}[{layer}] {array.shape}" for (output, layer), array in self._values.items())
        return f"<Embedding{'' if self.id is None else ' of ' + repr(self.id)}: {values}>"

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), ([(output, layer, array) for (output, layer), array in self._values.items()], self.id)


class MaskChoice(NamedTuple):
    token: str
    """a residue's letter"""
    probability: float
    """of the 20 residues' one"""


class FilledMask(NamedTuple):
    position: int
    """of the residue, from 1"""
    choices: List[MaskChoice]
    """the likeliest first"""


class GeneratedProtein(NamedTuple):
    sequence: str
    """residues of the prompt and of what was written"""
    text: str
    """of the new tokens as the tokenizer has them"""
    token_ids: np.ndarray
    """int32 [n], the new ones"""
    log_probabilities: np.ndarray
    """float32 [n], natural, by the model itself: before temperature and rules"""
    perplexity: float
    """of the new tokens"""
    ended: bool
    """by its end token, not by a limit"""
