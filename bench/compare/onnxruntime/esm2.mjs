// ESM-2's encoder as an ONNX graph, from a Hugging Face folder: token ids in, last hidden state out.
//
// `attention` chooses how it is spelled: "plain" in standard operators, "fused" in ONNX Runtime's own RotaryEmbedding
// and MultiHeadAttention. `masked` says whether a batch may hold padding.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Graph, kTypes } from './onnx.mjs';
import { readHeader } from './safetensors.mjs';

export const kWeights = 'model.safetensors';
const kTokenDropoutScale = 0.88;  // (1 - 0.15 * 0.8): what training's masking left, for input without masks
const kMostTokens = 4096;

class Encoder {
  constructor(folder, { attention, masked }) {
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    if (config.model_type !== 'esm' || config.position_embedding_type !== 'rotary' || config.emb_layer_norm_before)
      throw new Error(`${folder}: not an ESM-2 model`);
    Object.assign(this, { attention, masked, config, graph: new Graph(), tensors: readHeader(join(folder, kWeights)) });
    this.heads = config.num_attention_heads;
    this.headWidth = config.hidden_size / this.heads;
    this.loaded = new Set();
  }

  weight(name) {
    const { shape, offset, length } = this.tensors.get(name) ?? {};
    if (!shape) throw new Error(`${name} is missing`);
    if (!this.loaded.has(name)) this.graph.weight(name, shape, { location: kWeights, offset, length });
    this.loaded.add(name);
    return name;
  }

  op(operator, inputs, attributes) {
    return this.graph.node(operator, inputs, { attributes });
  }

  norm(x, name) {
    return this.op('LayerNormalization', [x, this.weight(`${name}.weight`), this.weight(`${name}.bias`)],
      { axis: -1, epsilon: { float: this.config.layer_norm_eps } });
  }

  // A product with constant weights: their transposition and concatenation are folded when the session is made.
  linear(x, names) {
    const joined = (part) => {
      const parts = names.map((name) => this.weight(`${name}.${part}`));
      return parts.length === 1 ? parts[0] : this.op('Concat', parts, { axis: 0 });
    };
    const product = this.op('MatMul', [x, this.op('Transpose', [joined('weight')], { perm: [1, 0] })]);
    return this.op('Add', [product, joined('bias')]);
  }

  split(x, axis, count) {
    const outputs = Array.from({ length: count }, (_, i) => `${x}_part${i}`);
    this.graph.node('Split', [x], { attributes: { axis }, outputs });
    return outputs;
  }

  // x cos + rotate_half(x) sin, rotate_half((a, b)) = (-b, a)
  rotate(x) {
    const [a, b] = this.split(x, -1, 2);
    const turned = this.op('Concat', [this.op('Neg', [b]), a], { axis: -1 });
    return this.op('Add', [this.op('Mul', [x, 'cos']), this.op('Mul', [turned, 'sin'])]);
  }

  plainAttention([query, key, value]) {
    const perHead = this.graph.shape(0, 0, this.heads, this.headWidth);
    const spread = (x) => this.op('Transpose', [this.op('Reshape', [x, perHead])], { perm: [0, 2, 1, 3] });
    const scaled = this.op('Mul', [query, this.graph.scalar(this.headWidth ** -0.5)]);
    const keys = this.op('Transpose', [this.rotate(spread(key))], { perm: [0, 1, 3, 2] });
    let scores = this.op('MatMul', [this.rotate(spread(scaled)), keys]);
    if (this.masked) scores = this.op('Add', [scores, 'bias']);
    const mixed = this.op('MatMul', [this.op('Softmax', [scores], { axis: -1 }), spread(value)]);
    return this.op('Reshape', [this.op('Transpose', [mixed], { perm: [0, 2, 1, 3] }),
      this.graph.shape(0, 0, this.config.hidden_size)]);
  }

  fusedAttention([query, key, value]) {
    const rotate = (x) => this.op('ms:RotaryEmbedding', [x, 'positions', 'cos', 'sin'], { num_heads: this.heads });
    return this.op('ms:MultiHeadAttention', [rotate(query), rotate(key), value, '', this.masked ? 'mask' : ''],
      { num_heads: this.heads, scale: { float: this.headWidth ** -0.5 } });
  }

  layer(x, i) {
    const name = `esm.encoder.layer.${i}`;
    const own = (part) => `${name}.attention.self.${part}`;
    const projected = this.linear(this.norm(x, `${name}.attention.LayerNorm`), ['query', 'key', 'value'].map(own));
    const parts = this.split(projected, -1, 3);
    const mixed = this.attention === 'plain' ? this.plainAttention(parts) : this.fusedAttention(parts);
    const attended = this.op('Add', [x, this.linear(mixed, [`${name}.attention.output.dense`])]);
    const wide = this.gelu(this.linear(this.norm(attended, `${name}.LayerNorm`), [`${name}.intermediate.dense`]));
    return this.op('Add', [attended, this.linear(wide, [`${name}.output.dense`])]);
  }

  // 0.5 x (1 + erf(x / sqrt 2)), in the order in which ONNX Runtime recognises and fuses it.
  gelu(x) {
    const erf = this.op('Erf', [this.op('Div', [x, this.graph.scalar(Math.SQRT2)])]);
    const product = this.op('Mul', [x, this.op('Add', [erf, this.graph.scalar(1)])]);
    return this.op('Mul', [product, this.graph.scalar(0.5)]);
  }

  declareInputs() {
    const { graph, headWidth } = this;
    graph.input('ids', kTypes.int64, ['B', 'L']);
    if (this.attention === 'plain') {
      graph.input('cos', kTypes.float32, ['L', headWidth]);
      graph.input('sin', kTypes.float32, ['L', headWidth]);
      if (this.masked) graph.input('bias', kTypes.float32, ['B', 1, 1, 'L']);
      return;
    }
    graph.input('positions', kTypes.int64, ['B', 'L']);
    graph.input('cos', kTypes.float32, [kMostTokens, headWidth / 2]);
    graph.input('sin', kTypes.float32, [kMostTokens, headWidth / 2]);
    if (this.masked) graph.input('mask', kTypes.int32, ['B', 'L']);
  }

  build() {
    this.declareInputs();
    const embedded = this.op('Gather', [this.weight('esm.embeddings.word_embeddings.weight'), 'ids']);
    let x = this.op('Mul', [embedded, this.graph.scalar(kTokenDropoutScale)]);
    for (let i = 0; i < this.config.num_hidden_layers; ++i) x = this.layer(x, i);
    const last = this.norm(x, 'esm.encoder.emb_layer_norm_after');
    this.graph.output(last, kTypes.float32, ['B', 'L', this.config.hidden_size]);
    return { bytes: this.graph.encode(), output: last };
  }
}

/** {bytes, output, heads, headWidth, width}: the ONNX file and the name of its output. */
export function buildEsm2(folder, options) {
  const encoder = new Encoder(folder, options);
  const { heads, headWidth, config } = encoder;
  return { ...encoder.build(), heads, headWidth, width: config.hidden_size };
}

/** Cosines and sines of the angle of every position and pair: `rows` positions, `repeat` copies of each row. */
export function rotaryTables(rows, headWidth, repeat) {
  const half = headWidth / 2;
  const cos = new Float32Array(rows * half * repeat);
  const sin = new Float32Array(rows * half * repeat);
  for (let i = 0; i < cos.length; ++i) {
    const position = Math.floor(i / (half * repeat));
    const angle = position * 10000 ** (-(i % half) / half);
    cos[i] = Math.cos(angle);
    sin[i] = Math.sin(angle);
  }
  return { cos, sin };
}

export { kMostTokens };
