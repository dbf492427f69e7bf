#!/usr/bin/env python3
"""Training speed and memory of GroEL and PyTorch in turn, on the same random model, proteins, batch and threads.

bench/compare/train.py [--threads 2] [--batch-tokens 4096] [--rounds 3] [--steps 6] [LAYERSxWIDTHxHEADS...]
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LETTERS = "LAGVSERTIDPKQNFYMHWCXBUZO"  # of ESM's vocabulary, from id 4


def proteins(fasta, longest):
    out = []
    for line in Path(fasta).read_text().splitlines():
        if line.startswith(">"):
            out.append("")
        else:
            out[-1] += line.strip()
    return [sequence[:longest] for sequence in out]


def peak_megabytes(command, **how):
    """Runs a program; its output, and the most memory it had."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **how)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command[0]} failed with {process.returncode}")
    return output, usage.ru_maxrss / 1024


def groel(program, model, fasta, dtype, o):
    with tempfile.TemporaryDirectory() as work:
        command = [program, "train", "mlm", "--data", fasta, "--from", model, "--output", f"{work}/run", "--dtype", dtype,
                   "--steps", str(o.steps + 1), "--batch-tokens", str(o.batch_tokens), "--threads", str(o.threads),
                   "--log-every", "1", "--save-every", "100000", "--json"]
        _, memory = peak_megabytes(command, stderr=subprocess.DEVNULL)
        lines = [json.loads(line) for line in Path(f"{work}/run/metrics.jsonl").read_text().splitlines()]
    speeds = [line["tokens_per_second"] for line in lines if "tokens_per_second" in line]
    return {"tokens_per_second": statistics.median(speeds[1:]), "peak_megabytes": memory}


def pytorch(model, sequences, o):
    command = ["/usr/bin/python3", str(HERE / "pytorch/train.py"), "--model", model, "--sequences", sequences,
               "--threads", str(o.threads), "--batch-tokens", str(o.batch_tokens), "--steps", str(o.steps)]
    threads = {"OMP_NUM_THREADS": str(o.threads), "OPENBLAS_NUM_THREADS": str(o.threads)}
    output, memory = peak_megabytes(command, env={**os.environ, **threads})
    return {**json.loads(output), "peak_megabytes": memory}


def compare(shape, o, work):
    layers, width, heads = shape.split("x")
    model = f"{work}/{shape}"
    subprocess.run(["node", str(ROOT / "tools/make_random_model.mjs"), "--layers", layers, "--width", width, "--heads",
                    heads, "--out", model], check=True, stdout=subprocess.DEVNULL)
    chosen = proteins(ROOT / "bench/data/mixed.fasta", 1022)
    fasta, sequences = f"{model}/proteins.fasta", f"{model}/sequences.json"
    Path(fasta).write_text("".join(f">{i}\n{sequence}\n" for i, sequence in enumerate(chosen)))
    Path(sequences).write_text(json.dumps([[0, *(LETTERS.index(c) + 4 for c in s), 2] for s in chosen]))
    runs = {"PyTorch f32": lambda: pytorch(model, sequences, o),
            "GroEL f32": lambda: groel(o.groel, model, fasta, "f32", o),
            "GroEL bf16": lambda: groel(o.groel, model, fasta, "bf16", o)}
    found = {name: [] for name in runs}
    for turn in range(o.rounds):
        for name, run in runs.items():
            found[name].append(run())
            print(f"{shape}, round {turn + 1}: {name} {found[name][-1]['tokens_per_second']:.0f} tokens/s, "
                  f"{found[name][-1]['peak_megabytes']:.0f} MB", file=sys.stderr)
    speed = {name: statistics.median(run["tokens_per_second"] for run in all_) for name, all_ in found.items()}
    for name, all_ in found.items():
        memory = max(run["peak_megabytes"] for run in all_)
        print(f"| {shape} | {name} | {speed[name]:.0f} | {speed[name] / speed['PyTorch f32']:.2f} | {memory:.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shapes", nargs="*", default=["6x320x20", "30x640x20"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch-tokens", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--groel", default=str(ROOT / "build/release/groel"))
    o = parser.parse_args()
    print("| shape | program | tokens/s | against PyTorch | peak MB |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        for shape in o.shapes:
            compare(shape, o, work)


main()
