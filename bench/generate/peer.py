"""GPT-2 of a shape in plain PyTorch, with keys and values kept: the peer of bench_generate.

usage: peer.py [LAYERS WIDTH HEADS] [bf16|f32] [BATCH...]

Random weights, greedy tokens (drawing costs next to nothing beside the products). Prints what bench_generate prints.
Needs PyTorch (Debian: python3-torch) with OpenBLAS (libopenblas0): the reference BLAS is forty times slower.
"""
import os
import sys
import time

import torch
import torch.nn.functional as F


class Layer:
    def __init__(self, width, dtype):
        def weight(rows, columns):
            return (torch.rand(rows, columns) - 0.5).mul_(2 / columns**0.5).to(dtype)

        self.norms = [(torch.ones(width, dtype=dtype), torch.zeros(width, dtype=dtype)) for _ in range(2)]
        self.qkv, self.out = weight(3 * width, width), weight(width, width)
        self.up, self.down = weight(4 * width, width), weight(width, 4 * width)
        self.bias = {n: torch.zeros(n, dtype=dtype) for n in {width, 3 * width, 4 * width}}

    def __call__(self, x, heads, kept):
        batch, width = x.shape
        h = F.layer_norm(x, (width,), *self.norms[0])
        q, k, v = F.linear(h, self.qkv, self.bias[3 * width]).view(batch, 3, heads, 1, width // heads).unbind(1)
        keys, values, used = kept
        keys[:, :, used], values[:, :, used] = k[:, :, 0], v[:, :, 0]
        scores = torch.matmul(q, keys[:, :, : used + 1].transpose(2, 3)) * (width // heads) ** -0.5
        mixed = torch.matmul(scores.softmax(-1), values[:, :, : used + 1]).reshape(batch, width)
        x = x + F.linear(mixed, self.out, self.bias[width])
        h = F.layer_norm(x, (width,), *self.norms[1])
        h = F.gelu(F.linear(h, self.up, self.bias[4 * width]), approximate="tanh")
        return x + F.linear(h, self.down, self.bias[width])


def seconds(layers, table, heads, batch, tokens):
    width, dtype = table.shape[1], table.dtype
    kept = [torch.zeros(2, batch, heads, tokens + 1, width // heads, dtype=dtype) for _ in layers]
    ids = torch.zeros(batch, dtype=torch.long)
    begun = 0.0
    for step in range(tokens + 1):
        if step == 1:
            begun = time.perf_counter()
        x = table[ids]
        for layer, (keys, values) in zip(layers, kept):
            x = layer(x, heads, (keys, values, step))
        x = F.layer_norm(x, (width,))
        ids = F.linear(x, table).argmax(-1)
    return time.perf_counter() - begun


def main():
    words = sys.argv[1:]
    dtype = torch.bfloat16 if "bf16" in words else torch.float32
    numbers = [int(word) for word in words if word.isdigit()]
    count, width, heads = numbers[:3] if len(numbers) >= 3 else (36, 1280, 20)
    batches = numbers[3:] or [1, 32]
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    torch.manual_seed(1)
    with torch.inference_mode():
        layers = [Layer(width, dtype) for _ in range(count)]
        table = torch.rand(50257, width).sub_(0.5).mul_(0.04).to(dtype)
        print(f"PyTorch {torch.__version__}, threads {torch.get_num_threads()}, {'bf16' if 'bf16' in words else 'f32'}")
        for batch in batches:
            tokens = 100 if batch == 1 else 40
            taken = seconds(layers, table, heads, batch, tokens)
            print(f"batch {batch:3d}: {batch * tokens / taken:8.2f} tokens/s, {taken / tokens * 1e3:7.1f} ms per step",
                  flush=True)


if __name__ == "__main__":
    main()
