#!/usr/bin/env node
// ONNX Runtime as a peer of the comparison: commands as JSON lines on stdin, answers on stdout (see ../README.md).
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { Model } from './model.mjs';

const { values: flags } = parseArgs({
  options: { model: { type: 'string' }, sequences: { type: 'string' }, threads: { type: 'string' } },
});
const sequences = JSON.parse(readFileSync(flags.sequences, 'utf8'));
let model;

const commands = {
  settings() {
    const { version } = JSON.parse(
      readFileSync(new URL('node_modules/onnxruntime-node/package.json', import.meta.url), 'utf8'));
    return { version, settings: ['plain', 'fused'] };
  },

  async load({ setting, masked }) {
    await model?.session.release();
    model = await Model.load(flags.model, { attention: setting, masked, threads: Number(flags.threads) });
    return {};
  },

  async run({ batches, seconds: limit }) {
    const begin = performance.now();
    const elapsed = () => (performance.now() - begin) / 1000;
    let tokens = 0;
    let done = 0;
    for (const batch of batches) {
      await model.run(batch.map((i) => sequences[i]));
      for (const i of batch) tokens += sequences[i].length;
      ++done;
      if (elapsed() > limit) break;
    }
    return { tokens, seconds: elapsed(), complete: done === batches.length };
  },

  // Writes the residues' last hidden states of one batch, f32, one sequence after the other.
  async states({ batch, file }) {
    const { values, length, width } = await model.run(batch.map((i) => sequences[i]));
    const rows = batch.map((i, row) =>
      values.slice((row * length + 1) * width, (row * length + sequences[i].length - 1) * width));
    writeFileSync(file, Buffer.concat(rows.map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength))));
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  let answer;
  try {
    answer = await commands[command.do](command);
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  console.log(JSON.stringify(answer));
}
