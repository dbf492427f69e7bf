"""The same blocks in PyTorch, written as OpenFold has them (f32, no autograd).

triangles.py [CHANNELS] TOKENS...          triangle updates
triangles.py --pairformer BLOCKS TOKENS... AlphaFold 3's Pairformer: that many blocks, with their own weights
"""

import os
import sys
import time

import torch
from torch.nn import functional as F


def linear(i, o):
    return torch.nn.Linear(i, o, bias=False).weight.detach()


class Multiplication:
    def __init__(self, c, incoming=False):
        self.ab, self.ab_gate, self.out, self.gate = linear(c, 2 * c), linear(c, 2 * c), linear(c, c), linear(c, c)
        self.incoming = incoming

    def __call__(self, z):
        c = z.shape[-1]
        x = F.layer_norm(z, (c,))
        ab = torch.sigmoid(F.linear(x, self.ab_gate)) * F.linear(x, self.ab)
        order = (2, 1, 0) if self.incoming else (2, 0, 1)
        a, b = (t.permute(order).contiguous() for t in ab.split(c, -1))
        p = torch.matmul(a, b.transpose(1, 2)).permute(1, 2, 0)
        return z + torch.sigmoid(F.linear(x, self.gate)) * F.linear(F.layer_norm(p, (c,)), self.out)


class Attention:
    def __init__(self, c, heads, ending=False):
        self.heads, self.qkvg, self.bias, self.out = heads, linear(c, 4 * c), linear(c, heads), linear(c, c)
        self.ending = ending

    def __call__(self, z):
        if self.ending:
            return self.update(z.transpose(0, 1)).transpose(0, 1)
        return self.update(z)

    def update(self, z):
        n, _, c = z.shape
        x = F.layer_norm(z, (c,))
        bias = F.linear(x, self.bias).permute(2, 0, 1)
        update = torch.empty_like(z)
        for i in range(0, n, 64):  # rows at a time, as its chunks
            rows = x[i:i + 64]
            q, k, v, g = F.linear(rows, self.qkvg).chunk(4, -1)
            q, k, v = (t.reshape(t.shape[0], n, self.heads, -1).transpose(1, 2) for t in (q, k, v))
            scores = torch.matmul(q * q.shape[-1]**-0.5, k.transpose(-1, -2)) + bias
            seen = torch.matmul(torch.softmax(scores, -1), v).transpose(1, 2).reshape(rows.shape)
            update[i:i + 64] = F.linear(torch.sigmoid(g) * seen, self.out)
        return z + update


class Transition:
    def __init__(self, c):
        self.both, self.out = linear(c, 8 * c), linear(4 * c, c)

    def __call__(self, x):
        gate, value = F.linear(F.layer_norm(x, x.shape[-1:]), self.both).chunk(2, -1)
        return x + F.linear(F.silu(gate) * value, self.out)


class Single:
    """Attention of tokens that pairs bias, and their transition."""

    def __init__(self, c, heads, pairs):
        self.heads, self.bias, self.qkvg, self.out = heads, linear(pairs, heads), linear(c, 4 * c), linear(c, c)
        self.transition = Transition(c)

    def __call__(self, s, z):
        bias = F.linear(F.layer_norm(z, z.shape[-1:]), self.bias).permute(2, 0, 1)
        q, k, v, g = F.linear(F.layer_norm(s, s.shape[-1:]), self.qkvg).chunk(4, -1)
        q, k, v = (t.reshape(t.shape[0], self.heads, -1).transpose(0, 1) for t in (q, k, v))
        scores = torch.matmul(q * q.shape[-1]**-0.5, k.transpose(-1, -2)) + bias
        seen = torch.matmul(torch.softmax(scores, -1), v).transpose(0, 1).reshape(s.shape)
        return self.transition(s + F.linear(torch.sigmoid(g) * seen, self.out))


class PairformerBlock:
    def __init__(self, c=128, single=384):
        self.pairs = (Multiplication(c), Multiplication(c, incoming=True), Attention(c, c // 32),
                      Attention(c, c // 32, ending=True), Transition(c))
        self.single = Single(single, 16, c)

    def __call__(self, z, s):
        for part in self.pairs:
            z = part(z)
        return z, self.single(s, z)


def median(run):
    times = []
    for _ in range(4):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return sorted(times[1:])[1]


def triangles(c, sizes):
    for n in sizes:
        z = torch.randn(n, n, c)
        for name, block, flops in (("multiplication", Multiplication(c), n * n * c * (12 * c + 2 * n)),
                                   ("attention", Attention(c, c // 32), n * n * c * (10 * c + 4 * n))):
            best = median(lambda: block(z))
            print(f"N {n}  {name:26} {best:8.3f} s  {flops / best / 1e9:6.1f} GFLOP/s", flush=True)


def pairformer(blocks, sizes):
    stack = [PairformerBlock() for _ in range(blocks)]
    for n in sizes:
        z, s = torch.randn(n, n, 128), torch.randn(n, 384)
        stack[0](z, s)
        begin = time.perf_counter()
        for block in stack:
            z, s = block(z, s)
        took = time.perf_counter() - begin
        print(f"N {n}  {took / blocks:8.3f} s a block, {took:8.2f} s for {blocks}", flush=True)


def main():
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    torch.set_grad_enabled(False)
    print(torch.__version__, torch.get_num_threads(), "threads")
    if sys.argv[1:2] == ["--pairformer"]:
        return pairformer(int(sys.argv[2]), [int(a) for a in sys.argv[3:]] or [256])
    numbers = [int(a) for a in sys.argv[1:]] or [128]
    triangles(numbers[0], numbers[1:] or [256, 512])


main()
