"""Model: a loaded protein language model, and what it does with proteins."""

from __future__ import annotations

import os
from collections.abc import Iterable as IterableType
from collections.abc import Mapping, Sized
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple, Union

import numpy as np

from . import _groel
from ._chunks import chunks
from ._listening import Listener
from .errors import BadInputError, GroelError, UsageError
from .results import Embedding, FilledMask, GeneratedProtein, MaskChoice, ModelDescription, Record

__all__ = ["Model", "read"]

Protein = Union[str, Record]
Proteins = Union[Protein, "os.PathLike[str]", Iterable[Protein], "Mapping[str, str]"]

_DTYPES = ("f32", "bf16", "f32x3", "int8")
_SCORINGS = ("masked_marginals", "wt_marginals", "pseudo_perplexity")


def _index(names: Sequence[str], name: str, what: str) -> int:
    name = str(name).replace("-", "_")
    if name not in names:
        raise UsageError(f"'{name}' is no {what}: take one of {', '.join(names)}")
    return names.index(name)


def read(path: Union[str, "os.PathLike[str]"]) -> Iterator[Record]:
    """The records of a file, one at a time: FASTA, FASTQ, A3M, PIR, CSV or TSV, plain or compressed, as commands read
    them. One that is malformed has an `error`, and the next ones follow.

    Raises: NotFoundError, SystemIOError, BadInputError: of the file as a whole.
    """
    return (Record(*fields) for fields in _groel.reader(os.fspath(path)))


class Model:
    """A loaded model; `Model.load` makes one. Threads of Python may share it: they compute one after the other what one
    asks for, and none holds the interpreter's lock meanwhile."""

    def __init__(self, native: _groel.Model, loaded_by: Tuple[Any, ...]) -> None:
        self._native = native
        self._loaded_by = loaded_by
        self._embedders: Dict[Tuple[Tuple[int, ...], Tuple[int, ...]], _groel.Embedder] = {}
        self.description = ModelDescription(**native.description())

    @classmethod
    def load(cls, name: Union[str, "os.PathLike[str]"], dtype: str = "f32", *, prompts: Iterable[str] = (),
             threads: int = 0, memory: Optional[int] = None) -> Model:
        """Loads a model.

        Args:
            name: whatever -m takes: a published id, a folder, a file, a bundled name ("groel-5m")
            dtype: "f32" gives the reference's numbers; "bf16", "f32x3" and "int8" are faster, as docs/performance.md
                has it
            prompts: learned prompts that join every sequence: names beside the model, or files
            threads: 0: as many as cores that this process may run on
            memory: bytes that its work may take; None: most of what the machine has free

        Raises: NotFoundError, BadModelError, UnsupportedError, OutOfMemoryError, SystemIOError, UsageError.
        """
        if memory is not None and memory <= 0:
            raise UsageError("memory is a number of bytes, more than 0")
        given = (os.fspath(name), str(dtype), tuple(prompts), int(threads), memory)
        native = _groel.Model(given[0], _index(_DTYPES, given[1], "data type"), list(given[2]), given[3],
                              given[4] or 0, Listener())
        return cls(native, given)

    def __repr__(self) -> str:
        d = self.description
        return f"<groel.Model {self._loaded_by[0]!r}: {d.family}, {d.layers} layers of width {d.width}>"

    def __deepcopy__(self, memo: Any) -> Model:  # nothing of it changes
        return self

    def __reduce__(self) -> Tuple[Any, ...]:  # another process loads it anew
        return _reload, self._loaded_by

    @property
    def threads(self) -> int:
        """How many threads it works with."""
        return self._native.threads()

    def tokens(self, sequence: str) -> np.ndarray:
        """Ids of a sequence with those of the end tokens: int32 [n]. Raises: BadInputError."""
        return self._native.tokens(sequence)

    def read(self, path: Union[str, "os.PathLike[str]"]) -> Iterator[Record]:
        """As groel.read, for this model: what was passed over or read as something else is told at the end of the file,
        and an alignment (.a3m, .a2m) is one record where the model reads alignments."""
        return (Record(*fields) for fields in self._native.reader(os.fspath(path), Listener()))

    def embed(self, proteins: Proteins, outputs: Union[str, Iterable[str]] = "mean",
              layers: Union[int, Iterable[int]] = -1, *, on_error: str = "raise",
              progress: Any = None) -> Union[Embedding, List[Embedding], Iterator[Embedding]]:
        """What the model computes for proteins, bitwise the same in any batch and with any number of threads.

        Args:
            proteins: a sequence (str) or a Record: an Embedding comes back. A list, or whatever has a length: a list;
                of {id: sequence}, too. An iterator or generator, or a file (pathlib.Path): an iterator, which reads on as it is asked, so that
                neither has to fit into memory. Sequences are read as on the command line: lower case as upper case,
                <mask> one residue
            outputs: "mean", "max", "cls", "per_residue", "logits", "contacts", "attentions"
            layers: 0 is the embeddings, -1 the last layer (after the final norm)
            on_error: "raise" for the first protein that cannot be embedded; "return" puts its GroelError in its
                place, and goes on
            progress: True for a line on standard error, a function of a groel.Progress, or a bar such as tqdm's

        Raises: UsageError and UnsupportedError for what the model cannot give; BadInputError, OutOfMemoryError.
        """
        if on_error not in ("raise", "return"):
            raise UsageError(f"on_error is 'raise' or 'return', not {on_error!r}")
        names = (outputs,) if isinstance(outputs, str) else tuple(outputs)
        levels = (layers,) if isinstance(layers, (int, np.integer)) else tuple(layers)
        embedder = self._embedder(levels, names)
        if isinstance(proteins, (str, Record)):
            return self._embed_one(embedder, proteins, on_error, progress)
        if isinstance(proteins, os.PathLike):
            return self._embed_all(embedder, self.read(proteins), names, levels, on_error, Listener(progress).many())
        if not isinstance(proteins, IterableType):
            raise TypeError(f"proteins are text, Records, an iterable of them or a path, not {type(proteins).__name__}")
        if hasattr(proteins, "columns"):  # its iterator gives their names
            raise TypeError("a table is no list of proteins: give one of its columns")
        if isinstance(proteins, Mapping):
            proteins = [Record(str(name), "", sequence) for name, sequence in proteins.items()]
        total = len(proteins) if isinstance(proteins, Sized) else None
        listener = Listener(progress, total).many()
        all_of_them = self._embed_all(embedder, _records(proteins), names, levels, on_error, listener)
        return all_of_them if total is None else list(all_of_them)

    def contacts(self, sequence: Protein, *, progress: Any = None) -> np.ndarray:
        """The probability of each pair of residues to be within 8 angstrom (C-beta atoms): float32 [L, L].

        Raises: UnsupportedError, when the model has no contact head; BadInputError, OutOfMemoryError.
        """
        return self._embed_one(self._embedder((-1,), ("contacts",)), sequence, "raise", progress).contacts

    def score(self, wild_type: str, variants: Iterable[str], method: str = "masked_marginals", *,
              progress: Any = None) -> np.ndarray:
        """How likely variants are, next to the wild type: float64 [N], natural logarithms of ratios of probabilities;
        higher is more like what the model expects, 0 is the wild type's.

        Args:
            variants: "M1A", "A5D:K9R", …
            method: "masked_marginals": each position masked in a copy of its own; "wt_marginals": one pass over the
                wild type; "pseudo_perplexity": the whole variant, each residue masked in turn

        Raises: BadInputError naming the first variant that cannot be scored; UnsupportedError, OutOfMemoryError.
        """
        scoring = _index(_SCORINGS, method, "method")
        return self._native.score(scoring, wild_type, [str(one) for one in variants], Listener(progress))

    def fill_mask(self, sequence: str, top: int = 5, *, progress: Any = None) -> List[FilledMask]:
        """What the model puts in the place of each <mask>, all masked together; the `top` likeliest residues of each.

        Raises: BadInputError, where there is no <mask>; UnsupportedError, OutOfMemoryError.
        """
        if top < 1:
            raise UsageError("top is a number of residues, 1 or more")
        filled = self._native.fill_mask(sequence, top, Listener(progress))
        return [FilledMask(position, [MaskChoice(*choice) for choice in choices]) for position, choices in filled]

    def generate(self, prompt: Optional[str] = None, number: int = 1, **options: Any) -> List[GeneratedProtein]:
        """New proteins; options are those of generate_iter."""
        return list(self.generate_iter(prompt, number, **options))

    def generate_iter(self, prompt: Optional[str] = None, number: int = 1, *, seed: int = 0, greedy: bool = False,
                      temperature: Optional[float] = None, top_k: Optional[int] = None, top_p: Optional[float] = None,
                      min_p: Optional[float] = None, typical_p: Optional[float] = None,
                      repetition_penalty: Optional[float] = None, max_new_tokens: Optional[int] = None,
                      min_residues: Optional[int] = None, max_residues: Optional[int] = None, ignore_end: bool = False,
                      forbid: str = "", batch: int = 0, progress: Any = None) -> Iterator[GeneratedProtein]:
        """New proteins, each as soon as those before it are; the same on any number of threads and in any batch. What is
        None is as in `groel generate`: what the model's generation_config.json says, else what ProtGPT2's authors
        recommend. Work ends when the iterator goes.

        Args:
            prompt: None: the model's token that begins a protein
            number: of proteins
            seed: 0 to 2³² - 1
            greedy: the likeliest token always, and one protein
            max_new_tokens, min_residues, max_residues: lengths
            ignore_end: go on after the token that ends a protein
            forbid: letters that never come: "XBZ"
            batch: proteins at a time; 0: by the memory that there is

        Raises: UsageError for an option out of its range, BadInputError for a prompt that the tokenizer cannot read,
            UnsupportedError for a model that is not causal, OutOfMemoryError.
        """
        if number < 1:
            raise UsageError("number is a number of proteins, 1 or more")
        if not 0 <= seed < 1 << 32:
            raise UsageError("seed is a number from 0 to 4294967295")
        options = dict(prompt=prompt, number=number, seed=seed, greedy=greedy, temperature=temperature, top_k=top_k,
                       top_p=top_p, min_p=min_p, typical_p=typical_p, repetition_penalty=repetition_penalty,
                       max_new_tokens=max_new_tokens, min_residues=min_residues, max_residues=max_residues,
                       ignore_end=ignore_end, forbid=forbid, batch=batch)
        listener = Listener(progress, number)
        return self._generated(self._native.generate(options, listener), number, listener)

    @staticmethod
    def _generated(stream: Iterator[Tuple[Any, ...]], number: int, listener: Listener) -> Iterator[GeneratedProtein]:
        tokens = 0
        for done, fields in enumerate(stream, 1):
            protein = GeneratedProtein(*fields)
            tokens += len(protein.token_ids)
            listener("progress", ("generating", done, number, tokens, None, listener.seconds(), "proteins", "tokens"))
            yield protein

    def _embedder(self, layers: Tuple[int, ...], outputs: Tuple[str, ...]) -> _groel.Embedder:
        key = (tuple(int(one) for one in layers),
               tuple(dict.fromkeys(_index(_groel.output_names, one, "output") for one in outputs)))
        if key not in self._embedders:
            self._embedders[key] = self._native.embedder(list(key[0]), list(key[1]))
        return self._embedders[key]

    def _embed_one(self, embedder: _groel.Embedder, protein: Protein, on_error: str, progress: Any) -> Embedding:
        record = protein if isinstance(protein, Record) else Record("", "", protein)
        try:
            came = _embed(embedder, [record], Listener(progress))[0]
            if isinstance(came, GroelError):
                raise came
        except BadInputError as error:
            if isinstance(protein, str) and len(protein) < 4096 and os.path.isfile(protein):
                remedy = f"it is the name of a file, which is read as pathlib.Path({protein!r})"
                error = BadInputError(f"{error}\n  {remedy}", error.what, error.where, remedy)
            if on_error == "return":
                return error  # type: ignore[return-value]
            raise error from None
        except GroelError as error:
            if on_error == "return":
                return error  # type: ignore[return-value]
            raise
        return came

    def _embed_all(self, embedder: _groel.Embedder, records: Iterable[Record], outputs: Tuple[str, ...],
                   layers: Tuple[int, ...], on_error: str, listener: Listener) -> Iterator[Embedding]:
        for chunk in chunks(records, self.description, outputs, len(layers)):
            for came in _embed(embedder, chunk, listener):
                if isinstance(came, GroelError) and on_error == "raise":
                    raise came
                yield came
            listener.next_run()


def _embed(embedder: _groel.Embedder, records: List[Record], listener: Listener) -> List[Any]:
    """Embeddings, or errors that say which record it is."""
    sound = [record for record in records if record.error is None]
    came = iter(embedder.embed([record.sequence for record in sound], listener))
    out: List[Any] = []
    for record in records:
        one = record.error if record.error is not None else next(came)
        if isinstance(one, list):
            out.append(Embedding(one, record.id or None))
        else:
            out.append(one if record.error is not None or not record.place else one.at(record.place))
    return out


def _records(proteins: Iterable[Protein]) -> Iterator[Record]:
    for index, one in enumerate(proteins):
        if isinstance(one, Record):
            yield one
        elif isinstance(one, str):
            yield Record("", "", str(one), source=f"sequence {index}")
        else:
            raise TypeError(f"protein {index} is a {type(one).__name__}: it is text or a groel.Record")


def _reload(name: str, dtype: str, prompts: Tuple[str, ...], threads: int, memory: Optional[int]) -> Model:
    return Model.load(name, dtype, prompts=prompts, threads=threads, memory=memory)
