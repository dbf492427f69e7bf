#!/usr/bin/env node
// Speed of ONNX Runtime on an ESM-2 folder and a FASTA file: every combination of attention and batch size, as JSON on
// stdout, the best one first. Counted are real tokens (residues, <cls>, <eos>), not padding.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { batches, readTokens } from './fasta.mjs';
import { Model } from './model.mjs';

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string' }, fasta: { type: 'string' }, threads: { type: 'string', default: '2' },
    attention: { type: 'string', default: 'plain,fused' }, tokens: { type: 'string', default: '0,1024,4096' },
    seconds: { type: 'string', default: '60' }, repeat: { type: 'string', default: '1' },
  },
});
if (!flags.model || !flags.fasta) {
  console.error('usage: measure.mjs --model FOLDER --fasta FILE [--threads 2] [--attention plain,fused]\n' +
    '  [--tokens 0,1024,4096] (padded tokens a batch; 0: one sequence) [--repeat 1] (best of)\n' +
    '  [--seconds 60] (a combination stops after so long, its batches taken in shuffled order)');
  process.exit(2);
}
const limit = Number(flags.seconds);
const sequences = readTokens(flags.fasta, flags.model);
if (sequences.length === 0) throw new Error(`${flags.fasta} holds no sequences`);

// A fixed order that mixes lengths, so that a run cut short has seen them all.
function shuffled(list) {
  const out = [...list];
  let state = 1;
  for (let i = out.length - 1; i > 0; --i) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const j = (state >>> 8) % (i + 1);
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

async function pass(model, work) {
  const begin = performance.now();
  const processor = process.cpuUsage();
  let tokens = 0;
  let done = 0;
  for (const batch of work) {
    await model.run(batch);
    tokens += batch.reduce((sum, sequence) => sum + sequence.length, 0);
    ++done;
    if ((performance.now() - begin) / 1000 > limit) break;
  }
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(processor);
  const cpu_seconds = (user + system) / 1e6;
  return { tokens_per_second: tokens / seconds, tokens, seconds, cpu_seconds, complete: done === work.length };
}

async function measure(attention, budget) {
  const work = shuffled(batches(sequences, budget));
  const masked = work.some((batch) => batch.some((sequence) => sequence.length !== batch[0].length));
  const model = await Model.load(flags.model, { attention, masked, threads: Number(flags.threads) });
  await model.run(work[0]);  // prepares memory
  let best;
  for (let i = 0; i < Number(flags.repeat); ++i) {
    const result = await pass(model, work);
    if (!best || result.tokens_per_second > best.tokens_per_second) best = result;
  }
  await model.session.release();
  const speed = Math.round(best.tokens_per_second);
  console.error(`onnxruntime: ${attention}, ${budget || 'one sequence'}: ${speed} tokens/s`);
  return { attention, batch_tokens: budget, ...best };
}

const results = [];
for (const attention of flags.attention.split(','))
  for (const budget of flags.tokens.split(',')) results.push(await measure(attention, Number(budget)));
results.sort((a, b) => b.tokens_per_second - a.tokens_per_second);

const { version } = JSON.parse(readFileSync(new URL('node_modules/onnxruntime-node/package.json', import.meta.url)));
console.log(JSON.stringify({
  program: 'onnxruntime', version, dtype: 'f32', threads: Number(flags.threads), sequences: sequences.length,
  ...results[0], runs: results,
}, null, 2));
