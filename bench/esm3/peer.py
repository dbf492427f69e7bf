"""ESM3 of a shape in plain PyTorch: the peer of bench_esm3.

usage: peer.py [LAYERS WIDTH HEADS] [RESIDUES] [STEPS]

Random weights, f32. A step is a pass over one protein with its sequence head; drawing costs next to nothing beside it.
Needs PyTorch (Debian: python3-torch) with OpenBLAS (libopenblas0): the reference BLAS is forty times slower.
"""
import os
import sys
import time

import torch
import torch.nn.functional as F


def weight(rows, columns):
    return (torch.rand(rows, columns) - 0.5).mul_(2 / columns**0.5)


class Layer:
    def __init__(self, width):
        inner = (8 * width // 3 + 255) // 256 * 256
        self.norms = [(torch.ones(width), torch.zeros(width)) for _ in range(4)]
        self.qkv, self.out = weight(3 * width, width), weight(width, width)
        self.gate_up, self.down = weight(2 * inner, width), weight(width, inner)

    def __call__(self, x, heads, turn, scale):
        tokens, width = x.shape
        h = F.layer_norm(x, (width,), *self.norms[0])
        q, k, v = F.linear(h, self.qkv).chunk(3, -1)
        q = F.layer_norm(q, (width,), self.norms[1][0])
        k = F.layer_norm(k, (width,), self.norms[2][0])
        q, k, v = (each.view(tokens, heads, -1).transpose(0, 1) for each in (q, k, v))
        cosine, sine = turn

        def rotated(each):
            a, b = each.chunk(2, -1)
            return each * cosine + torch.cat((-b, a), -1) * sine

        scores = rotated(q) @ rotated(k).transpose(1, 2) * (width // heads) ** -0.5
        seen = (scores.softmax(-1) @ v).transpose(0, 1).reshape(tokens, width)
        x = x + F.linear(seen, self.out) / scale
        gate, up = F.linear(F.layer_norm(x, (width,), *self.norms[3]), self.gate_up).chunk(2, -1)
        return x + F.linear(F.silu(gate) * up, self.down) / scale


def main():
    torch.set_grad_enabled(False)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    numbers = [int(word) for word in sys.argv[1:]]
    count, width, heads = numbers[:3] if len(numbers) >= 3 else (48, 1536, 24)
    residues = numbers[3] if len(numbers) > 3 else 130
    steps = numbers[4] if len(numbers) > 4 else 20
    layers = [Layer(width) for _ in range(count)]
    table, dense, decoder = weight(64, width), weight(width, width), weight(64, width)
    ones = torch.ones(width)
    tokens = residues + 2
    angles = torch.outer(torch.arange(tokens).float(), 10000 ** (-torch.arange(0, width // heads, 2) / (width // heads)))
    turn = (torch.cat((angles, angles), -1).cos(), torch.cat((angles, angles), -1).sin())

    def step(ids):
        x = table[ids]
        for layer in layers:
            x = layer(x, heads, turn, (count / 36) ** 0.5)
        x = F.gelu(F.linear(F.layer_norm(x, (width,), ones), dense))
        return F.linear(F.layer_norm(x, (width,), ones), decoder).argmax(-1)

    ids = torch.zeros(tokens, dtype=torch.long)
    step(ids)
    begun = time.perf_counter()
    for _ in range(steps):
        ids = step(ids)
    seconds = time.perf_counter() - begun
    print(f"PyTorch {torch.__version__}, threads {torch.get_num_threads()}, f32: a pass {seconds / steps:.2f} s, "
          f"a sequence in {steps} steps {seconds:.2f} s")


main()
