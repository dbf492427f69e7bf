// Proteins of a FASTA file as ESM-2 token ids, and the batches in which the peers take them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const kUnknown = 3;

/** [{id, sequence}] of records spread evenly over the file, of about `residues` residues in all, in the file's order. */
export function sample(fasta, residues) {
  const records = readFileSync(fasta, 'utf8').split(/^>/m).filter(Boolean).map((text) => {
    const end = text.indexOf('\n');
    return { id: text.slice(0, end).split(/\s/)[0], sequence: text.slice(end).replace(/\s/g, '') };
  });
  const all = records.reduce((sum, { sequence }) => sum + sequence.length, 0);
  if (all === 0) throw new Error(`${fasta}: there are no proteins in it`);
  const step = Math.max(1, all / residues);
  return records.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}

/** The token lists [<cls>, residues, <eos>] of sequences, by the vocabulary of a model's folder. */
export function tokenise(records, folder) {
  const vocabulary = readFileSync(join(folder, 'vocab.txt'), 'utf8').trim().split('\n');
  const id = new Map(vocabulary.map((token, index) => [token, index]));
  return records.map(({ sequence }) =>
    [id.get('<cls>'), ...Array.from(sequence, (letter) => id.get(letter) ?? kUnknown), id.get('<eos>')]);
}

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

/** Batches (of indices) of no more than `tokens` padded tokens and of like lengths; 0: one sequence each. */
export function batches(tokenLists, tokens) {
  const longestFirst = tokenLists.map((_, i) => i).sort((a, b) => tokenLists[b].length - tokenLists[a].length);
  const out = [];
  for (const i of longestFirst) {
    const last = out.at(-1);
    if (last && (last.length + 1) * tokenLists[last[0]].length <= tokens) last.push(i);
    else out.push([i]);
  }
  return shuffled(out);
}

/** Whether any batch needs padding. */
export function padded(tokenLists, list) {
  return list.some((batch) => batch.some((i) => tokenLists[i].length !== tokenLists[batch[0]].length));
}
