#!/usr/bin/env node
// GroEL and its peers in turn on the same weights, proteins and threads: a table of tokens/s. Called by run.sh.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { groelRunners, namedDtypes, namedPeers, peerRunners, say } from './contestants.mjs';
import { Groel } from './groel.mjs';
import { kPeers } from './peers.mjs';
import { sample, tokenise } from './sequences.mjs';

const kRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

const kPositive = ['threads', 'rounds', 'seconds', 'residues'];

function checkNumbers(values) {
  for (const name of kPositive)
    if (values[name] !== undefined && !(Number(values[name]) > 0))
      throw new Error(`--${name}: '${values[name]}' is not a number above 0`);
}

function parseShape(name) {
  const shape = name.split('x').map(Number);
  if (shape.length !== 3 || !shape.every((size) => Number.isInteger(size) && size > 0))
    throw new Error(`${name}: a shape is LAYERSxWIDTHxHEADS, e.g. 6x320x20`);
  return shape;
}

// Everything that the command line says is settled before the first model is made.
function flags() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      fasta: { type: 'string', default: join(kRoot, 'bench/data/mixed.fasta') }, residues: { type: 'string' },
      threads: { type: 'string', default: '2' }, rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '20' }, dtypes: { type: 'string', default: 'f32,bf16' },
      peers: { type: 'string', default: kPeers.map(({ name }) => name).join(',') }, json: { type: 'string' },
      groel: { type: 'string', default: join(kRoot, 'build/release/groel') },
    },
  });
  const shapes = positionals.length > 0 ? positionals : ['6x320x20', '30x640x20'];
  shapes.forEach(parseShape);
  checkNumbers(values);
  return { ...values, peers: namedPeers(values.peers), dtypes: namedDtypes(values.dtypes), shapes };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// As much work for each shape: 8M parameters get 60,000 residues, and none fewer than 4,096.
function residuesFor([layers, width]) {
  return Math.max(4096, Math.round(60000 * (6 * 320 ** 2) / (layers * width ** 2)));
}

function makeModel(shape, work) {
  const [layers, width, heads] = shape;
  const folder = join(work, shape.join('x'));
  const made = spawnSync(process.execPath, [join(kRoot, 'tools/make_random_model.mjs'), '--layers', layers, '--width',
    width, '--heads', heads, '--out', folder], { stdio: 'inherit' });
  if (made.status !== 0) throw new Error(`could not make a model of the shape ${shape.join('x')}`);
  return folder;
}

// What is compared on one shape.
function makeWork(name, work, { fasta, residues, threads }) {
  const shape = parseShape(name);
  const records = sample(fasta, Number(residues ?? residuesFor(shape)));
  const folder = makeModel(shape, work);
  const sequences = tokenise(records, folder);
  const proteins = join(folder, 'proteins.fasta');
  writeFileSync(proteins, records.map(({ id, sequence }) => `>${id}\n${sequence}\n`).join(''));
  writeFileSync(join(folder, 'sequences.json'), JSON.stringify(sequences));
  return { name, folder, records, sequences, fasta: proteins, threads };
}

async function compareShape(name, folder, options) {
  const work = makeWork(name, folder, options);
  const groel = new Groel(options.groel, work);
  const peers = await peerRunners(work, options, groel);
  const runners = [...peers, ...groelRunners(groel, options.dtypes)];
  for (let round = 0; round < Number(options.rounds); ++round)
    for (const runner of runners) {
      runner.speeds.push(await runner.measure());
      say(`${name}, round ${round + 1}: ${runner.tool} ${runner.dtype} ${Math.round(runner.speeds.at(-1))} tokens/s`);
    }
  for (const peer of peers) peer.close();
  rmSync(work.folder, { recursive: true });
  const fastest = Math.max(0, ...peers.map(({ speeds }) => median(speeds)));
  const onnxruntime = peers.find(({ tool }) => tool === 'ONNX Runtime');
  const against = (speed, reference) => (reference > 0 ? speed / reference : null);
  const tokens = work.sequences.reduce((sum, list) => sum + list.length, 0);
  return runners.map(({ speeds, fractions, tool, dtype, version, setting, difference, tried }) => ({
    shape: name, threads: Number(options.threads), sequences: work.sequences.length, tokens, tool, dtype, version,
    setting,
    tokens_per_second: {
      median: median(speeds), lowest: Math.min(...speeds), highest: Math.max(...speeds), runs: speeds,
    },
    against_fastest_peer: against(median(speeds), fastest),
    against_onnxruntime: against(median(speeds), onnxruntime && median(onnxruntime.speeds)),
    difference_from_groel_f32: difference, fraction_of_limit: fractions && median(fractions), settings_tried: tried,
  }));
}

const kColumns = ['shape', 'tool', 'dtype', 'tokens/s', 'lowest..highest', 'against the fastest peer',
  'against ONNX Runtime f32', 'of the limit', 'setting'];

function printTable(rows) {
  const print = (cells) => console.log(`| ${cells.join(' | ')} |`);
  print(kColumns);
  console.log(`|${'---|'.repeat(kColumns.length)}`);
  const ratio = (value) => value?.toFixed(2) ?? '';
  for (const row of rows) {
    const { median: middle, lowest, highest } = row.tokens_per_second;
    print([row.shape, row.tool, row.dtype, Math.round(middle), `${Math.round(lowest)}..${Math.round(highest)}`,
      ratio(row.against_fastest_peer), ratio(row.against_onnxruntime), ratio(row.fraction_of_limit), row.setting]);
  }
}

async function main() {
  const options = flags();
  const folder = mkdtempSync(join(process.env.WORK ?? tmpdir(), 'groel-compare-'));
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => {
      rmSync(folder, { recursive: true });
      process.exit(1);
    });
  const rows = [];
  try {
    for (const shape of options.shapes) rows.push(...await compareShape(shape, folder, options));
  } finally {
    rmSync(folder, { recursive: true });
  }
  printTable(rows);
  if (options.json) {
    mkdirSync(dirname(resolve(options.json)), { recursive: true });
    writeFileSync(options.json, `${JSON.stringify({ cpu: cpus()[0].model, results: rows }, null, 2)}\n`);
  }
}

try {
  await main();
} catch (error) {
  say(error.message);
  process.exit(1);  // the peers end with it
}
