#!/usr/bin/env node
// Compares this graph with recorded hidden states: check.mjs FOLDER, which holds a model, inputs.json (input_ids) and
// expected.safetensors (last_hidden_state.N). Sequences with <mask> are left out: their embeddings scale otherwise.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Model } from './model.mjs';
import { readHeader, readTensor } from './safetensors.mjs';

const kMask = 32;
const kTolerance = 1e-4;

function largestDifference({ values, length, width }, row, expected) {
  let worst = 0;
  for (let i = 0; i < expected.length; ++i)
    worst = Math.max(worst, Math.abs(values[row * length * width + i] - expected[i]));
  return worst;
}

async function check(folder, options) {
  const inputs = JSON.parse(readFileSync(join(folder, 'inputs.json'), 'utf8')).input_ids;
  const path = join(folder, 'expected.safetensors');
  const header = readHeader(path);
  const chosen = inputs.map((tokens, index) => ({ tokens, index })).filter(({ tokens }) => !tokens.includes(kMask));
  const model = await Model.load(folder, { ...options, threads: 2 });
  const batches = options.masked ? [chosen] : chosen.map((one) => [one]);
  let worst = 0;
  for (const batch of batches) {
    const result = await model.run(batch.map(({ tokens }) => tokens));
    batch.forEach(({ index }, row) => {
      const expected = readTensor(path, header.get(`last_hidden_state.${index}`));
      worst = Math.max(worst, largestDifference(result, row, expected));
    });
  }
  return worst;
}

let failed = process.argv.length !== 3;
if (failed) console.error('usage: check.mjs FOLDER');
for (const attention of failed ? [] : ['plain', 'fused'])
  for (const masked of [true, false]) {
    const worst = await check(process.argv[2], { attention, masked });
    console.log(`${attention} ${masked ? 'padded' : 'one at a time'}: largest difference ${worst.toExponential(2)}`);
    failed ||= !(worst < kTolerance);
  }
process.exitCode = failed ? 1 : 0;
