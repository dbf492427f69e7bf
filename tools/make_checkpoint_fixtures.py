#!/usr/bin/env python3
"""Makes the checkpoint variants under tests/data from the weights of tests/data/esm2-tiny.

Run from the root of the repository with an interpreter that has torch and numpy (Debian: python3-torch):

    /usr/bin/python3 tools/make_checkpoint_fixtures.py

It writes esm2-tiny/pytorch_model.bin, esm2-tiny-sharded/, esm2-tiny-legacy/ and torch-forms/ (tests/data/README.md says
what each is for). The weights themselves are inputs and are not changed. Results are the same on every run but for the
plain pickle files, whose storage keys are memory addresses.
"""

import argparse
import collections
import json
import pathlib
import shutil
import struct

import numpy as np
import torch

DATA = pathlib.Path(__file__).resolve().parent.parent / "tests" / "data"
SOURCE = DATA / "esm2-tiny"
DTYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
COMPANIONS = ["config.json", "vocab.txt", "special_tokens_map.json", "tokenizer_config.json"]


def read_safetensors(path):
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    out = {}
    for name, entry in header.items():
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        out[name] = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return out


def write_safetensors(path, tensors):
    names = {np.dtype(kind): name for name, kind in DTYPES.items()}
    header, blobs, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name, array in sorted(tensors.items(), key=lambda item: (-item[1].dtype.itemsize, item[0])):
        blob = array.tobytes()
        header[name] = {"dtype": names[array.dtype], "shape": list(array.shape), "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def make_pytorch_model_bin(weights):
    """A Hugging Face state dict in zip form, with the tied decoder weight that such files have."""
    state = collections.OrderedDict((name, torch.from_numpy(array.copy())) for name, array in weights.items())
    state["lm_head.decoder.weight"] = state["esm.embeddings.word_embeddings.weight"]
    state._metadata = collections.OrderedDict([("", {"version": 1})])  # as torch.nn.Module.state_dict leaves it
    torch.save(state, SOURCE / "pytorch_model.bin")


def make_sharded(weights):
    folder = fresh("esm2-tiny-sharded")
    names = sorted(weights)
    half = len(names) // 2
    shards = {"model-00001-of-00002.safetensors": names[:half], "model-00002-of-00002.safetensors": names[half:]}
    for shard, members in shards.items():
        write_safetensors(folder / shard, {name: weights[name] for name in members})
    index = {
        "metadata": {"total_size": sum(array.nbytes for array in weights.values())},
        "weight_map": {name: shard for shard, members in shards.items() for name in members},
    }
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")
    for name in COMPANIONS:
        shutil.copy(SOURCE / name, folder / name)


def make_legacy():
    """The fair-esm files again, in the plain pickle stream that PyTorch wrote before 1.6."""
    folder = fresh("esm2-tiny-legacy")
    for name in ["esm2_tiny.pt", "esm2_tiny-contact-regression.pt"]:
        data = torch.load(SOURCE / name, map_location="cpu")
        torch.save(data, folder / name, _use_new_zipfile_serialization=False)


def make_torch_forms():
    """One small file with every kind of value and tensor layout that read_torch handles, in both forms."""
    folder = fresh("torch-forms")
    base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    value = {
        "dense": base,
        "rows": base[1:],
        "transposed": base.t(),
        "column": base[:, 1],
        "expanded": torch.tensor([2.5]).expand(2, 3),
        "scalar": torch.tensor(7, dtype=torch.int64),
        "empty": torch.zeros(0, 5),
        "parameter": torch.nn.Parameter(torch.tensor([1.0, -2.0])),
        "half": torch.tensor([0.5, 65504.0], dtype=torch.float16),
        "bfloat16": torch.tensor([0.5, -3.0], dtype=torch.bfloat16),
        "double": torch.tensor([0.1], dtype=torch.float64),
        "int32": torch.tensor([-(2**31)], dtype=torch.int32),
        "int16": torch.tensor([-5], dtype=torch.int16),
        "int8": torch.tensor([-7], dtype=torch.int8),
        "uint8": torch.tensor([250], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
        "values": [None, True, False, -1, 255, 65536, 2**40, -(2**40), 2**70, 1.5, "Å", b"\x00\xff", b"", (1, 2), {3}],
        "namespace": argparse.Namespace(arch="tiny", layers=3, nested=argparse.Namespace(x=None)),
        "numbers": {0: "zero", 1.5: "real"},
        "dtype": torch.float16,
        "device": torch.device("cuda", 0),
        "size": torch.Size([2, 3]),
    }
    torch.save(value, folder / "zip.pt")
    torch.save(value, folder / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(value, folder / "protocol4.pt", pickle_protocol=4)
    torch.save({"weights": torch.tensor([1 + 2j])}, folder / "complex.pt")


def fresh(name):
    folder = DATA / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def main():
    weights = read_safetensors(SOURCE / "model.safetensors")
    make_pytorch_model_bin(weights)
    make_sharded(weights)
    make_legacy()
    make_torch_forms()


if __name__ == "__main__":
    main()
