"""Steps of masked language modelling by PyTorch: AdamW in f32 on padded batches of like lengths; prints JSON."""
import argparse
import json
import random
import resource
import statistics
import time
from pathlib import Path

import torch
import torch.nn.functional as F

import esm2
import safetensors

MASK, FIRST_RESIDUE, RESIDUES = 32, 4, 20


class MaskedModel:
    """The encoder and its language-model head, the decoder tied to the embeddings."""

    def __init__(self, folder):
        self.encoder = esm2.Encoder(folder, "blas")
        weights = safetensors.read(Path(folder, "model.safetensors"))
        self.dense = weights["lm_head.dense.weight"], weights["lm_head.dense.bias"]
        self.norm = weights["lm_head.layer_norm.weight"], weights["lm_head.layer_norm.bias"]
        self.bias = weights["lm_head.bias"]

    def parameters(self):
        found = [self.encoder.embeddings, *self.dense, *self.norm, self.bias]
        modules = [self.encoder.norm]
        for layer in self.encoder.layers:
            modules += [layer.attention_norm, layer.qkv, layer.attention_out, layer.norm, layer.wide, layer.narrow]
        for module in modules:
            found += [module.weight, module.bias]
        return [tensor.requires_grad_() for tensor in found]

    def loss(self, batch, chance):
        length = max(map(len, batch))
        truth = torch.full((len(batch), length), -100)
        hidden = []
        for row, tokens in enumerate(batch):
            tokens = list(tokens)
            for i in range(1, len(tokens) - 1):
                if chance.random() < 0.15:
                    truth[row, i] = tokens[i]
                    tokens[i] = MASK
            hidden.append(tokens)
        states = self.encoder.run(hidden)[truth != -100]
        x = F.gelu(F.linear(states, *self.dense))
        x = F.layer_norm(x, x.shape[-1:], *self.norm)
        return F.cross_entropy(F.linear(x, self.encoder.embeddings, self.bias), truth[truth != -100])


def batches(sequences, tokens):
    """Sequences of like lengths, about `tokens` real tokens each."""
    out, size = [[]], 0
    for sequence in sorted(sequences, key=len):
        if size + len(sequence) > tokens and out[-1]:
            out.append([])
            size = 0
        out[-1].append(sequence)
        size += len(sequence)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--sequences", required=True, help="JSON: token lists")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--batch-tokens", type=int, default=4096)
    parser.add_argument("--steps", type=int, default=6)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    model = MaskedModel(arguments.model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    parts = batches(json.loads(Path(arguments.sequences).read_text()), arguments.batch_tokens)
    chance = random.Random(1)
    chance.shuffle(parts)
    speeds, losses = [], []
    for step in range(arguments.steps + 1):  # the first is a warm-up
        batch = parts[step % len(parts)]
        begin = time.perf_counter()
        loss = model.loss(batch, chance)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seconds = time.perf_counter() - begin
        speeds.append(sum(map(len, batch)) / seconds)
        losses.append(loss.item())
    print(json.dumps({
        "tokens_per_second": statistics.median(speeds[1:]), "losses": losses,
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "version": torch.__version__}))


main()
