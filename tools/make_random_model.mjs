#!/usr/bin/env node
// Writes an ESM-2 checkpoint of any shape with seeded random weights, as a Hugging Face folder (config.json, vocab.txt,
// model.safetensors): to measure speed and memory without a download. The same arguments give the same bytes.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const kUsage = 'usage: make_random_model.mjs --out DIR [--layers 6] [--width 320] [--heads 20] [--seed 1] ' +
  '[--dtype f32|bf16]';
const kVocabulary = ('<cls> <pad> <eos> <unk> L A G V S E R T I D P K Q N F Y M H W C X B U Z O . - ' +
  '<null_1> <mask>').split(' ');
const kMaxPositions = 1026;

function options() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' }, layers: { type: 'string', default: '6' }, width: { type: 'string', default: '320' },
      heads: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' },
      dtype: { type: 'string', default: 'f32' },
    },
  });
  const shape = { out: values.out, dtype: values.dtype };
  if (!['f32', 'bf16'].includes(shape.dtype)) throw new Error(`--dtype: '${shape.dtype}' is neither f32 nor bf16`);
  for (const name of ['layers', 'width', 'heads', 'seed']) {
    shape[name] = Number(values[name]);
    if (!Number.isInteger(shape[name]) || shape[name] < 1)
      throw new Error(`--${name}: '${values[name]}' is not a whole number above 0`);
  }
  if (!shape.out) throw new Error('--out is missing');
  if (shape.width % (2 * shape.heads) !== 0)
    throw new Error(`a width of ${shape.width} does not split into ${shape.heads} heads of an even width`);
  return shape;
}

function optionsOrUsage() {
  try {
    return options();
  } catch (error) {
    console.error(`make_random_model: ${error.message}\n${kUsage}`);
    process.exit(2);
  }
}

// Uniform numbers of 32 bits from a counter (Steele & Vigna's mixing function, 32-bit variant).
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 4294967296;
  };
}

// Every tensor in the order of the file: [name, shape, centre, spread]. A weight's spread keeps activations near one.
function tensors({ layers, width, heads }) {
  const list = [];
  const linear = (name, out, inn) =>
    list.push([`${name}.weight`, [out, inn], 0, 1 / Math.sqrt(inn)], [`${name}.bias`, [out], 0, 0.02]);
  const norm = (name) => list.push([`${name}.weight`, [width], 1, 0.1], [`${name}.bias`, [width], 0, 0.02]);

  list.push(['esm.embeddings.word_embeddings.weight', [kVocabulary.length, width], 0, 1]);
  list.push(['esm.embeddings.position_embeddings.weight', [kMaxPositions, width], 0, 0.02]);
  for (let i = 0; i < layers; ++i) {
    const layer = `esm.encoder.layer.${i}`;
    for (const part of ['query', 'key', 'value']) linear(`${layer}.attention.self.${part}`, width, width);
    list.push([`${layer}.attention.self.rotary_embeddings.inv_freq`, [width / heads / 2], 'inv_freq', 0]);
    linear(`${layer}.attention.output.dense`, width, width);
    norm(`${layer}.attention.LayerNorm`);
    linear(`${layer}.intermediate.dense`, 4 * width, width);
    linear(`${layer}.output.dense`, width, 4 * width);
    norm(`${layer}.LayerNorm`);
  }
  norm('esm.encoder.emb_layer_norm_after');
  linear('esm.contact_head.regression', 1, layers * heads);
  linear('lm_head.dense', width, width);
  norm('lm_head.layer_norm');
  list.push(['lm_head.bias', [kVocabulary.length], 0, 0.02]);
  return list;
}

const count = (shape) => shape.reduce((product, size) => product * size, 1);

function values([, shape, centre, spread], random) {
  const out = new Float32Array(count(shape));
  if (centre === 'inv_freq') return out.map((_, j) => 10000 ** (-j / out.length));
  // A uniform distribution of this standard deviation: quicker to draw than a normal one, and as good here.
  for (let j = 0; j < out.length; ++j) out[j] = centre + (random() - 0.5) * spread * Math.sqrt(12);
  return out;
}

// The upper halves, rounded to nearest, ties to even.
function toBf16(floats) {
  const bits = new Uint32Array(floats.buffer);
  const out = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; ++i) out[i] = (bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) >>> 16;
  return out;
}

function writeSafetensors(path, list, { seed, dtype }) {
  const half = ([, , centre]) => dtype === 'bf16' && centre !== 'inv_freq';
  const header = { __metadata__: { format: 'pt' } };
  let end = 0;
  for (const tensor of list) {
    const [name, shape] = tensor;
    const begin = end;
    end += (half(tensor) ? 2 : 4) * count(shape);
    header[name] = { dtype: half(tensor) ? 'BF16' : 'F32', shape, data_offsets: [begin, end] };
  }
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - (text.length % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));

  const file = openSync(path, 'w');
  writeSync(file, length);
  writeSync(file, text);
  const random = uniform(seed);
  for (const tensor of list) {
    const floats = values(tensor, random);
    const bytes = Buffer.from((half(tensor) ? toBf16(floats) : floats).buffer);
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
  }
  closeSync(file);
}

const shape = optionsOrUsage();
mkdirSync(shape.out, { recursive: true });
writeFileSync(join(shape.out, 'vocab.txt'), kVocabulary.join('\n') + '\n');
writeFileSync(join(shape.out, 'config.json'), JSON.stringify({
  architectures: ['EsmForMaskedLM'], model_type: 'esm', hidden_size: shape.width, num_hidden_layers: shape.layers,
  num_attention_heads: shape.heads, intermediate_size: 4 * shape.width, vocab_size: kVocabulary.length,
  max_position_embeddings: kMaxPositions, position_embedding_type: 'rotary', layer_norm_eps: 1e-5,
  token_dropout: true, emb_layer_norm_before: false, mask_token_id: 32, pad_token_id: 1,
  attention_probs_dropout_prob: 0, hidden_dropout_prob: 0, is_folding_model: false, torch_dtype: shape.dtype === 'bf16' ? 'bfloat16' : 'float32',
}, null, 2) + '\n');
writeSafetensors(join(shape.out, 'model.safetensors'), tensors(shape), shape);
