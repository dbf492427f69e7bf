"""ESM-2's encoder in plain PyTorch, from a Hugging Face folder: token ids in, last hidden state out.

`products` chooses who multiplies matrices: "blas" is PyTorch's own choice, F.linear on the BLAS it was started with;
"onednn" its mkldnn_linear on weights packed once; "bf16" F.linear in bfloat16 throughout.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

import safetensors

PADDING = 1
TOKEN_DROPOUT_SCALE = 0.88  # 1 - 0.15 * 0.8: what training's masking left, for input without masks


class Linear:
    def __init__(self, weights, names, products):
        self.weight = torch.cat([weights[f"{name}.weight"] for name in names])
        self.bias = torch.cat([weights[f"{name}.bias"] for name in names])
        self.packed = products == "onednn"
        if self.packed:
            self.weight, self.bias = self.weight.to_mkldnn(), self.bias.to_mkldnn()

    def __call__(self, x):
        if self.packed:
            return torch._C._nn.mkldnn_linear(x.to_mkldnn(), self.weight, self.bias).to_dense()
        return F.linear(x, self.weight, self.bias)


class Norm:
    def __init__(self, weights, name, epsilon):
        self.weight, self.bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
        self.epsilon = epsilon

    def __call__(self, x):
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, self.epsilon)


def rotary_tables(length, width, dtype):
    """Cosines and sines [L, K] of the angle of every position and pair, each pair's twice."""
    frequencies = 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float32) / width)
    angles = torch.outer(torch.arange(length, dtype=torch.float32), frequencies)
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos().to(dtype), angles.sin().to(dtype)


def rotate(x, tables):
    cos, sin = tables
    a, b = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-b, a], dim=-1) * sin


class Layer:
    def __init__(self, weights, name, products, config):
        own = f"{name}.attention.self"
        epsilon = config["layer_norm_eps"]
        self.heads = config["num_attention_heads"]
        self.attention_norm = Norm(weights, f"{name}.attention.LayerNorm", epsilon)
        self.qkv = Linear(weights, [f"{own}.query", f"{own}.key", f"{own}.value"], products)
        self.attention_out = Linear(weights, [f"{name}.attention.output.dense"], products)
        self.norm = Norm(weights, f"{name}.LayerNorm", epsilon)
        self.wide = Linear(weights, [f"{name}.intermediate.dense"], products)
        self.narrow = Linear(weights, [f"{name}.output.dense"], products)

    def attend(self, x, tables, bias):
        rows, length, width = x.shape
        heads = self.qkv(x).view(rows, length, 3, self.heads, width // self.heads)
        query, key, value = heads.permute(2, 0, 3, 1, 4)  # each [B, H, L, K]
        query = rotate(query * query.shape[-1] ** -0.5, tables)
        scores = query @ rotate(key, tables).transpose(-1, -2)
        if bias is not None:
            scores = scores + bias
        mixed = scores.softmax(dim=-1) @ value
        return mixed.transpose(1, 2).reshape(rows, length, width)

    def __call__(self, x, tables, bias):
        x = x + self.attention_out(self.attend(self.attention_norm(x), tables, bias))
        return x + self.narrow(F.gelu(self.wide(self.norm(x))))


class Encoder:
    def __init__(self, folder, products):
        config = json.loads(Path(folder, "config.json").read_text())
        if config["position_embedding_type"] != "rotary" or config["emb_layer_norm_before"]:
            raise ValueError(f"{folder}: not an ESM-2 model")
        weights = safetensors.read(Path(folder, "model.safetensors"))
        self.dtype = torch.bfloat16 if products == "bf16" else torch.float32
        weights = {name: tensor.to(self.dtype) for name, tensor in weights.items()}
        self.embeddings = weights["esm.embeddings.word_embeddings.weight"]
        self.layers = [
            Layer(weights, f"esm.encoder.layer.{i}", products, config) for i in range(config["num_hidden_layers"])
        ]
        self.norm = Norm(weights, "esm.encoder.emb_layer_norm_after", config["layer_norm_eps"])
        self.head_width = config["hidden_size"] // config["num_attention_heads"]

    def run(self, batch):
        """Token lists -> [B, L, D], padded to the longest."""
        length = max(map(len, batch))
        ids = torch.tensor([tokens + [PADDING] * (length - len(tokens)) for tokens in batch])
        bias = None
        if any(len(tokens) < length for tokens in batch):
            bias = (ids == PADDING).to(self.dtype)[:, None, None, :] * -1e9
        tables = rotary_tables(length, self.head_width, self.dtype)
        x = F.embedding(ids, self.embeddings) * TOKEN_DROPOUT_SCALE
        for layer in self.layers:
            x = layer(x, tables, bias)
        return self.norm(x)
