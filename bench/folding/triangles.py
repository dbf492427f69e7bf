"""The same blocks in PyTorch, written as OpenFold has them (f32, no autograd): triangles.py [CHANNELS] TOKENS..."""

import sys
import time

import torch
from torch.nn import functional as F


def linear(i, o):
    return torch.nn.Linear(i, o, bias=False).weight.detach()


class Multiplication:
    def __init__(self, c):
        self.ab, self.ab_gate, self.out, self.gate = linear(c, 2 * c), linear(c, 2 * c), linear(c, c), linear(c, c)

    def __call__(self, z):
        c = z.shape[-1]
        x = F.layer_norm(z, (c,))
        ab = torch.sigmoid(F.linear(x, self.ab_gate)) * F.linear(x, self.ab)
        a, b = (t.permute(2, 0, 1).contiguous() for t in ab.split(c, -1))
        p = torch.matmul(a, b.transpose(1, 2)).permute(1, 2, 0)
        return z + torch.sigmoid(F.linear(x, self.gate)) * F.linear(F.layer_norm(p, (c,)), self.out)


class Attention:
    def __init__(self, c, heads):
        self.heads, self.qkvg, self.bias, self.out = heads, linear(c, 4 * c), linear(c, heads), linear(c, c)

    def __call__(self, z):
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


def main():
    numbers = [int(a) for a in sys.argv[1:]]
    c = numbers[0] if numbers else 128
    torch.set_grad_enabled(False)
    print(torch.__version__, torch.get_num_threads(), "threads")
    for n in numbers[1:] or [256, 512]:
        z = torch.randn(n, n, c)
        for name, block, flops in (("multiplication", Multiplication(c), n * n * c * (12 * c + 2 * n)),
                                   ("attention", Attention(c, c // 32), n * n * c * (10 * c + 4 * n))):
            times = []
            for _ in range(4):
                begin = time.perf_counter()
                block(z)
                times.append(time.perf_counter() - begin)
            best = sorted(times[1:])[1]
            print(f"N {n}  {name:26} {best:8.3f} s  {flops / best / 1e9:6.1f} GFLOP/s")


main()
