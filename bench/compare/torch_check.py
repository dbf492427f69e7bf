#!/usr/bin/env python3
"""Reads with PyTorch what GroEL writes for it: python3 bench/compare/torch_check.py build/release/groel [FAIR_ESM]

Checkpoints (pytorch_model.bin, fair-esm's .pt, ESM C's .pth) and the files of `embed --layout esm-extract` are loaded with
weights_only=True and compared, number by number, with what GroEL writes as safetensors and JSON. With the sources of
facebookresearch/esm in FAIR_ESM, its own loader reads the .pt files and its model runs on them. Needs PyTorch (on Debian
python3-torch), which nothing else here does.
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
SEQUENCES = {"sp|P1|FIRST of two": "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQ", "second": "MKVLAAGIVGLLLA"}
TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def groel(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"groel {' '.join(map(str, arguments))}\n{done.stderr}")
    return done.stdout


def safetensors(path):
    blob = path.read_bytes()
    length = struct.unpack("<Q", blob[:8])[0]
    header = json.loads(blob[8 : 8 + length])
    header.pop("__metadata__", None)
    out = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        part = bytearray(blob[8 + length + begin : 8 + length + end])
        out[name] = torch.frombuffer(part, dtype=TYPES[entry["dtype"]]).reshape(entry["shape"])
    return out


def same(a, b, what):
    if a.dtype != b.dtype or a.shape != b.shape or not torch.equal(a, b):
        sys.exit(f"{what}: not the same")


def load(path):
    return torch.load(str(path), map_location="cpu", weights_only=True)


def check_bins(program, work):
    count = 0
    for model in ("esm2-tiny", "esm1b-tiny", "esmc-tiny"):
        for dtype in ("f32", "bf16", "f16"):
            safe, plain = work / f"{model}-{dtype}", work / f"{model}-{dtype}-bin"
            groel(program, "convert", "-m", DATA / model, "--dtype", dtype, "-o", safe)
            groel(program, "convert", "-m", DATA / model, "--dtype", dtype, "--layout", "hugging-face-bin", "-o", plain)
            expected, read = safetensors(safe / "model.safetensors"), load(plain / "pytorch_model.bin")
            assert expected.keys() == read.keys()
            for name, tensor in expected.items():
                same(read[name], tensor, f"{model} {name}")
                count += 1
    print(f"pytorch_model.bin: {count} tensors are the same")


def check_native(program, work):
    for model, file in (("esm2-tiny", "esm2_tiny.pt"), ("esm1b-tiny", "esm1b_tiny.pt"), ("esmc-tiny", "esmc_tiny.pth")):
        (work / model).mkdir()
        groel(program, "convert", "-m", DATA / model, "-o", work / model / file)
        read = load(work / model / file)
        theirs = torch.load(str(DATA / model / file), map_location="cpu")
        ours, published = read.get("model", read), theirs.get("model", theirs)
        assert ours.keys() == published.keys(), file
        for name, tensor in published.items():
            same(ours[name], tensor, f"{file} {name}")
        for settings in ("cfg", "args"):
            if settings in theirs:
                a = theirs[settings]["model"] if settings == "cfg" else theirs[settings]
                b = read[settings]["model"] if settings == "cfg" else read[settings]
                for name in ("arch", "encoder_layers", "encoder_embed_dim", "encoder_attention_heads", "token_dropout"):
                    assert getattr(a, name) == getattr(b, name), name
                    assert getattr(b, name) == vars(b)[name]
        print(f"{file}: {len(published)} tensors are the same as in the published form")


def fasta(work):
    path = work / "in.fasta"
    path.write_text("".join(f">{name}\n{sequence}\n" for name, sequence in SEQUENCES.items()))
    return path


def check_extract(program, work):
    wanted = ["-m", DATA / "esm2-tiny", "--include", "mean,per-residue,cls,contacts", "--layers", "0,3"]
    groel(program, "embed", fasta(work), *wanted, "--layout", "esm-extract", "-o", work / "extracted")
    keys = {"mean": "mean_representations", "per_residue": "representations", "cls": "bos_representations"}
    for line in groel(program, "embed", fasta(work), *wanted, "-f", "jsonl").splitlines():
        record = json.loads(line)
        read = load(work / "extracted" / f"{record['header']}.pt")
        assert read["label"] == record["header"]
        for item in record["items"]:
            values = torch.tensor(item["values"], dtype=torch.float32).reshape(item["shape"])
            there = read["contacts"] if item["kind"] == "contacts" else read[keys[item["kind"]]][item["layer"]]
            same(there, values, f"{record['id']} {item['kind']}")
    print(f"esm-extract: {len(SEQUENCES)} records are the same as in JSON Lines")


def check_fair_esm(program, work, sources):
    sys.path.insert(0, str(sources))
    from esm import pretrained

    for model, file in (("esm2-tiny", "esm2_tiny.pt"), ("esm1b-tiny", "esm1b_tiny.pt")):
        network, alphabet = pretrained.load_model_and_alphabet_local(work / model / file)
        network.eval()
        layer = network.num_layers
        lines = groel(program, "embed", fasta(work), "-m", work / model / file, "-f", "jsonl", "--include", "per-residue,contacts,logits")
        worst = 0.0
        for line in lines.splitlines():
            record = json.loads(line)
            _, _, tokens = alphabet.get_batch_converter()([("x", SEQUENCES[record["header"]])])
            with torch.no_grad():
                out = network(tokens, repr_layers=[layer], return_contacts=True)
            theirs = {
                "per_residue": out["representations"][layer][0, 1:-1],
                "logits": out["logits"][0, 1:-1],
                "contacts": out["contacts"][0],
            }
            for item in record["items"]:
                values = torch.tensor(item["values"], dtype=torch.float32).reshape(item["shape"])
                reference = theirs[item["kind"]]
                worst = max(worst, float((values - reference).norm() / reference.norm()))
        assert worst < 1e-5, worst
        print(f"{file}: fair-esm's own loader and model agree (relative L2 {worst:.1e})")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    print("PyTorch", torch.__version__)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        check_bins(sys.argv[1], work)
        check_native(sys.argv[1], work)
        check_extract(sys.argv[1], work)
        if len(sys.argv) == 3:
            check_fair_esm(sys.argv[1], work, sys.argv[2])


main()
