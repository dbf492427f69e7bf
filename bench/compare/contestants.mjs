// Who takes part in a comparison: peers, each checked and at its fastest setting, and GroEL.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { kPeers, Peer } from './peers.mjs';
import { batches, padded } from './sequences.mjs';

const kNoLimit = 1e9;
const kDtypes = ['f32', 'bf16', 'f32x3', 'int8'];
const kBatchTokens = [0, 1024, 4096];  // padded tokens per batch; 0: one sequence at a time

/** Says something to the person who waits. */
export const say = (text) => console.error(`compare: ${text}`);

function loadCommand(setting, list, sequences) {
  return { do: 'load', setting, masked: padded(sequences, list) };
}

// Every setting and batch size for a while each -> the fastest. One that a peer cannot run is left out, and said so.
async function bestSetting(peer, settings, { sequences }, seconds) {
  const tried = [];
  for (const setting of settings)
    for (const tokens of kBatchTokens) {
      const list = batches(sequences, tokens);
      const label = `${setting}, ${tokens === 0 ? 'one sequence at a time' : `${tokens} padded tokens`}`;
      try {
        await peer.ask(loadCommand(setting, list, sequences));
        await peer.ask({ do: 'run', batches: list.slice(0, 1), seconds });  // prepares memory
        const run = await peer.ask({ do: 'run', batches: list, seconds });
        tried.push({ setting, list, label, tokens_per_second: run.tokens / run.seconds });
        say(`${peer.tool} ${peer.dtype}, ${label}: ${Math.round(run.tokens / run.seconds)} tokens/s`);
      } catch (error) {
        say(`${peer.tool} ${peer.dtype}, ${label}: ${error.message}`);
      }
    }
  if (tried.length === 0) throw new Error(`${peer.tool} ran with no setting`);
  return tried.sort((a, b) => b.tokens_per_second - a.tokens_per_second);
}

// ‖a - b‖ / ‖b‖
function relativeDifference(a, b) {
  if (a.length !== b.length) throw new Error(`${a.length} values instead of ${b.length}`);
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < a.length; ++i) {
    difference += (a[i] - b[i]) ** 2;
    norm += b[i] ** 2;
  }
  return Math.sqrt(difference / norm);
}

// A peer's hidden states of batches, in the order of their sequences.
async function states(peer, list, folder) {
  const file = join(folder, 'states.bin');
  const parts = [];
  for (const batch of list) {
    await peer.ask({ do: 'states', batch, file });
    parts.push(readFileSync(file));
  }
  const bytes = Buffer.concat(parts);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

// Holds a peer's hidden states against GroEL's in every setting, sequences of unlike lengths in one padded batch and
// each alone. -> the largest difference. Errors: when one is above the peer's tolerance.
async function check(peer, settings, { folder, sequences }, { chosen, expected }) {
  let worst = 0;
  for (const setting of settings)
    for (const list of [[chosen], chosen.map((i) => [i])]) {
      await peer.ask(loadCommand(setting, list, sequences));
      const difference = relativeDifference(await states(peer, list, folder), expected);
      const how = list.length === 1 ? 'padded' : 'one sequence at a time';
      const label = `${peer.tool} ${peer.dtype}, ${setting}, ${how}`;
      say(`${label}: differs from GroEL f32 by ${difference.toExponential(1)}`);
      if (!(difference <= peer.tolerance)) throw new Error(`${label}: differs by more than ${peer.tolerance}`);
      worst = Math.max(worst, difference);
    }
  return worst;
}

// Shortest, middle and longest of the proteins.
function checkBatch({ sequences }) {
  const order = sequences.map((_, i) => i).sort((a, b) => sequences[a].length - sequences[b].length);
  return [...new Set([order[0], order[order.length >> 1], order.at(-1)])];
}

/** The peers of comma-separated names. */
export function namedPeers(names) {
  return names.split(',').filter(Boolean).map((name) => {
    const entry = kPeers.find((peer) => peer.name === name);
    if (!entry) throw new Error(`no such peer: ${name} (${kPeers.map((peer) => peer.name).join(', ')})`);
    return entry;
  });
}

/** GroEL's precisions of comma-separated names. */
export function namedDtypes(names) {
  return names.split(',').filter(Boolean).map((name) => {
    if (!kDtypes.includes(name)) throw new Error(`no such precision: ${name} (${kDtypes.join(', ')})`);
    return name;
  });
}

async function peerRunner(entry, work, reference, seconds) {
  const peer = new Peer(entry, {
    model: work.folder, sequences: join(work.folder, 'sequences.json'), threads: work.threads,
  });
  const { version, settings } = await peer.ask({ do: 'settings' });
  const difference = await check(peer, settings, work, reference);
  const tried = await bestSetting(peer, settings, work, seconds);
  const { setting, list, label } = tried[0];
  await peer.ask(loadCommand(setting, list, work.sequences));
  await peer.ask({ do: 'run', batches: list, seconds });  // warm-up
  return {
    tool: peer.tool, dtype: peer.dtype, version, setting: label, difference, speeds: [],
    tried: tried.map(({ label: name, tokens_per_second }) => ({ setting: name, tokens_per_second })),
    measure: async () => {
      const run = await peer.ask({ do: 'run', batches: list, seconds: kNoLimit });
      return run.tokens / run.seconds;
    },
    close: () => peer.close(),
  };
}

/** One contestant for each peer that is installed: checked against GroEL, at its fastest setting, warm. */
export async function peerRunners(work, { peers, seconds }, groel) {
  const chosen = checkBatch(work);
  const reference = { chosen, expected: groel.states(chosen.map((i) => work.records[i])) };
  const runners = [];
  for (const entry of peers)
    if (entry.installed()) runners.push(await peerRunner(entry, work, reference, Number(seconds)));
    else say(`${entry.name} is not installed (run.sh --install)`);
  return runners;
}

/** One contestant for each of GroEL's precisions. */
export function groelRunners(groel, dtypes) {
  return dtypes.map((dtype) => {
    const runner = { tool: 'GroEL', dtype, version: groel.version(), setting: 'packed', speeds: [], fractions: [] };
    runner.measure = async () => {
      const { tokens_per_second, fraction_of_limit } = groel.measure(dtype);
      runner.fractions.push(fraction_of_limit);
      return tokens_per_second;
    };
    return runner;
  });
}
