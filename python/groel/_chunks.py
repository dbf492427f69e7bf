"""Cuts what is to be embedded into pieces that fit into memory, whatever it comes from."""

from __future__ import annotations

from typing import Iterable, Iterator, List, Sequence

from .results import ModelDescription, Record

_MOST_RECORDS = 1024
_MOST_RESIDUES = 1 << 17
_MOST_BYTES = 1 << 28


def result_bytes(residues: int, model: ModelDescription, outputs: Sequence[str], layers: int) -> int:
    """About how much memory the results of a protein take."""
    each = {"per_residue": layers * residues * model.width, "logits": residues * model.vocabulary,
            "contacts": residues * residues, "attentions": layers * model.heads * (residues + 2) ** 2}
    return 4 * sum(each.get(output, layers * model.width) for output in outputs)


def chunks(records: Iterable[Record], model: ModelDescription, outputs: Sequence[str],
           layers: int) -> Iterator[List[Record]]:
    """Lists of neighbours, each within the bounds above or of one record. Large ones are computed faster than many small
    ones, as like lengths share a batch."""
    now: List[Record] = []
    residues = size = 0
    for record in records:
        n = len(record.sequence)
        more = result_bytes(n, model, outputs, layers)
        if now and (len(now) == _MOST_RECORDS or residues + n > _MOST_RESIDUES or size + more > _MOST_BYTES):
            yield now
            now, residues, size = [], 0, 0
        now.append(record)
        residues += n
        size += more
    if now:
        yield now
