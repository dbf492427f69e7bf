"""esm.cpp as a peer of the comparison: commands as JSON lines on stdin, answers on stdout (see ../README.md).

ESM_CPP names the folder that its Python module was built in (_core*.so)."""
import argparse
import glob
import importlib
import json
import os
import sys
import time

import numpy


def find_module():
    folder = os.environ["ESM_CPP"]
    if not glob.glob(os.path.join(folder, "_core*.so")):
        sys.exit(f"ESM_CPP={folder}: no _core*.so is there")
    sys.path.insert(0, folder)
    return importlib.import_module("_core")


class Peer:
    """Its INT8 is what `quantize_weights` makes of the f32 weights: a scale per output, inputs rounded as they come."""

    def __init__(self, arguments):
        os.environ["ESM_NUM_THREADS"] = str(arguments.threads)  # read when the first model is loaded
        os.environ["ESM_AMX_ATTENTION"] = "on" if arguments.attention == "bf16" else "off"
        self.core = find_module()
        self.folder, self.dtype = arguments.model, arguments.dtype
        with open(arguments.sequences) as file:
            self.sequences = [numpy.array(ids, dtype=numpy.int32) for ids in json.load(file)]
        self.model = None

    def settings(self, _):
        return {"version": f"{self.core.__version__}, {self.core.current_isa()}", "settings": ["packed"]}

    def load(self, _):
        self.model = None  # frees its memory first
        self.model = self.core.Model.load_from_safetensors(os.path.join(self.folder, "model.safetensors"))
        if self.dtype == "int8":
            self.model.quantize_weights()
        return {}

    def batch(self, members):
        return self.model.forward_scheduled([self.sequences[i] for i in members])

    def run(self, command):
        begin = time.perf_counter()
        tokens = done = 0
        for members in command["batches"]:
            self.batch(members)
            tokens += sum(self.sequences[i].size for i in members)
            done += 1
            if time.perf_counter() - begin > command["seconds"]:
                break
        seconds = time.perf_counter() - begin
        return {"tokens": tokens, "seconds": seconds, "complete": done == len(command["batches"])}

    def states(self, command):
        """Writes the residues' last hidden states of one batch, f32, one sequence after the other."""
        with open(command["file"], "wb") as file:
            for i in command["batch"]:
                _, states = self.model.forward_with_hidden_states(self.sequences[i])
                file.write(numpy.ascontiguousarray(states[-1].reshape(self.sequences[i].size, -1)[1:-1]).tobytes())
        return {}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--sequences", required=True, help="JSON: token lists")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--dtype", choices=["f32", "int8"], default="f32")
    parser.add_argument("--attention", choices=["f32", "bf16"], default="f32")
    peer = Peer(parser.parse_args())
    commands = {"settings": peer.settings, "load": peer.load, "run": peer.run, "states": peer.states}
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = commands[command["do"]](command)
        except (RuntimeError, ValueError, OSError, TypeError) as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


main()
