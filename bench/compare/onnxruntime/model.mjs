// A session of ONNX Runtime on an ESM-2 folder: batches of token ids in, last hidden states out.
import { copyFileSync, linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import ort from 'onnxruntime-node';

import { buildEsm2, kMostTokens, kWeights, rotaryTables } from './esm2.mjs';

const kPadding = 1;

// ONNX Runtime wants the weights beside the graph: a hard link where the file system allows, else a copy.
function placeBeside(folder, work) {
  const source = resolve(folder, kWeights);
  try {
    linkSync(source, join(work, kWeights));
  } catch {
    copyFileSync(source, join(work, kWeights));
  }
}

export class Model {
  static async load(folder, { attention, masked, threads }) {
    const model = new Model();
    Object.assign(model, { attention, masked }, buildEsm2(folder, { attention, masked }));
    const work = mkdtempSync(join(tmpdir(), 'groel-compare-'));
    try {
      placeBeside(folder, work);
      writeFileSync(join(work, 'model.onnx'), model.bytes);
      model.session = await ort.InferenceSession.create(join(work, 'model.onnx'), {
        executionProviders: ['cpu'], graphOptimizationLevel: 'all', executionMode: 'sequential',
        intraOpNumThreads: threads, interOpNumThreads: 1,
      });
    } finally {
      rmSync(work, { recursive: true });
    }
    if (attention === 'fused') model.tables = rotaryTables(kMostTokens, model.headWidth, 1);
    return model;
  }

  #feeds(batch, length) {
    const ids = new BigInt64Array(batch.length * length).fill(BigInt(kPadding));
    const real = new Int32Array(ids.length);
    batch.forEach((tokens, row) => {
      tokens.forEach((token, column) => { ids[row * length + column] = BigInt(token); });
      real.fill(1, row * length, row * length + tokens.length);
    });
    const shape = [batch.length, length];
    const feeds = { ids: new ort.Tensor('int64', ids, shape) };
    return this.attention === 'plain' ? this.#plain(feeds, real, shape) : this.#fused(feeds, real, shape);
  }

  #plain(feeds, real, [rows, length]) {
    const { cos, sin } = rotaryTables(length, this.headWidth, 2);
    feeds.cos = new ort.Tensor('float32', cos, [length, this.headWidth]);
    feeds.sin = new ort.Tensor('float32', sin, [length, this.headWidth]);
    if (this.masked) {
      const bias = Float32Array.from(real, (here) => (here ? 0 : -1e9));
      feeds.bias = new ort.Tensor('float32', bias, [rows, 1, 1, length]);
    }
    return feeds;
  }

  #fused(feeds, real, [rows, length]) {
    const table = (values) => new ort.Tensor('float32', values, [kMostTokens, this.headWidth / 2]);
    const positions = BigInt64Array.from({ length: rows * length }, (_, i) => BigInt(i % length));
    feeds.positions = new ort.Tensor('int64', positions, [rows, length]);
    feeds.cos = table(this.tables.cos);
    feeds.sin = table(this.tables.sin);
    if (this.masked) feeds.mask = new ort.Tensor('int32', real, [rows, length]);
    return feeds;
  }

  /** Runs token lists; answers {values, length, width}: values is [batch, length, width], padded to the longest. */
  async run(batch) {
    const length = Math.max(...batch.map((tokens) => tokens.length));
    const result = await this.session.run(this.#feeds(batch, length));
    return { values: result[this.output].data, length, width: this.width };
  }
}
