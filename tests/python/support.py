"""What the tests of the Python module share."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import groel
import numpy as np

SOURCE = pathlib.Path(os.environ["GROEL_SOURCE_DIR"])
PROGRAM = os.environ["GROEL_PROGRAM"]
TINY = SOURCE / "tests/data/esm2-tiny"
PROTEINS = SOURCE / "examples/proteins.fasta"
UBIQUITIN = "MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEGIPPDQQRLIFAGKQL"


def run(*words, status=0):
    """Runs the program. -> stdout"""
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)
    if done.returncode != status:
        raise AssertionError(f"groel {words}: {done.returncode}\n{done.stderr}")
    return done.stdout


def run_json(*words, status=0):
    return json.loads(run(*words, "--json", status=status))


def run_embed(folder, *words, proteins=PROTEINS):
    """What `groel embed` writes as NPZ: a list of {(output, layer): array} by record."""
    path = pathlib.Path(folder) / "e.npz"
    run("embed", proteins, "-o", path, "--overwrite", *words)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    out = []
    for i, length in enumerate(arrays["lengths"]):
        one = {}
        for name, array in arrays.items():
            output, _, layer = name.rpartition("_")
            if not layer.isdigit():
                continue
            if output in ("mean", "max", "cls"):
                one[output, int(layer)] = array[i]
            elif output == "contacts":
                begin, end = arrays["contacts_offsets"][i:i + 2]
                one[output, int(layer)] = array[begin:end].reshape(length, length)
            else:
                begin, end = arrays["offsets"][i:i + 2]
                one[output, int(layer)] = array[begin:end]
        out.append(one)
    return [str(one) for one in arrays["ids"]], out


class TestCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = groel.Model.load(TINY)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def assertSame(self, a, b):
        """Bit for bit."""
        self.assertEqual((a.shape, a.dtype), (b.shape, b.dtype))
        self.assertEqual(a.tobytes(), b.tobytes())
