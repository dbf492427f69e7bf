"""PyTorch as a peer of the comparison: commands as JSON lines on stdin, answers on stdout (see ../README.md)."""
import argparse
import json
import sys
import time

import torch

import esm2


def blas():
    """The BLAS library in use, by its file's name."""
    with open("/proc/self/maps") as maps:
        files = {line.split("/")[-1].strip() for line in maps if "blas" in line and "/" in line}
    for line in sorted(files, key=lambda name: "openblas" not in name):
        return line
    return "its own"


class Peer:
    def __init__(self, arguments):
        torch.set_num_threads(arguments.threads)
        torch.set_grad_enabled(False)
        self.folder = arguments.model
        self.dtype = arguments.dtype
        with open(arguments.sequences) as file:
            self.sequences = json.load(file)
        self.model = None

    def settings(self, _):
        settings = ["bf16"] if self.dtype == "bf16" else ["blas", "onednn"]
        return {"version": f"{torch.__version__} on {blas()}", "settings": settings}

    def load(self, command):
        self.model = None  # frees its memory first
        self.model = esm2.Encoder(self.folder, command["setting"])
        return {}

    def run(self, command):
        begin = time.perf_counter()
        tokens = done = 0
        for batch in command["batches"]:
            self.model.run([self.sequences[i] for i in batch])
            tokens += sum(len(self.sequences[i]) for i in batch)
            done += 1
            if time.perf_counter() - begin > command["seconds"]:
                break
        seconds = time.perf_counter() - begin
        return {"tokens": tokens, "seconds": seconds, "complete": done == len(command["batches"])}

    def states(self, command):
        """Writes the residues' last hidden states of one batch, f32, one sequence after the other."""
        states = self.model.run([self.sequences[i] for i in command["batch"]]).float()
        with open(command["file"], "wb") as file:
            for row, i in zip(states, command["batch"]):
                file.write(row[1 : len(self.sequences[i]) - 1].contiguous().numpy().tobytes())
        return {}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--sequences", required=True, help="JSON: token lists")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
    peer = Peer(parser.parse_args())
    commands = {"settings": peer.settings, "load": peer.load, "run": peer.run, "states": peer.states}
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = commands[command["do"]](command)
        except (RuntimeError, ValueError, OSError) as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


main()
