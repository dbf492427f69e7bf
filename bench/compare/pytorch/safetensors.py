"""Tensors of a safetensors file as PyTorch tensors over the mapped file."""
import json
import struct

import numpy
import torch


def read(path):
    """{name: tensor} of the f32 tensors of a file; they share its (read-only) pages."""
    data = numpy.memmap(path, dtype=numpy.uint8, mode="c")
    (length,) = struct.unpack("<Q", data[:8].tobytes())
    header = json.loads(data[8 : 8 + length].tobytes())
    header.pop("__metadata__", None)
    out = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise ValueError(f"{path}: {name} is {entry['dtype']}, not F32")
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        out[name] = torch.from_numpy(data[begin:end].view(numpy.float32)).reshape(entry["shape"])
    return out
