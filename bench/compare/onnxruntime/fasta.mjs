// Proteins of a FASTA file as ESM-2 token ids.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const kUnknown = 3;

/** [<cls>, residues, <eos>] of every record, longest first, so that a batch pads little. */
export function readTokens(fasta, folder) {
  const vocabulary = readFileSync(join(folder, 'vocab.txt'), 'utf8').trim().split('\n');
  const id = new Map(vocabulary.map((token, index) => [token, index]));
  const records = readFileSync(fasta, 'utf8').split(/^>.*\n/m).map((text) => text.replace(/\s/g, '')).filter(Boolean);
  return records
    .map((text) => [id.get('<cls>'), ...Array.from(text, (letter) => id.get(letter) ?? kUnknown), id.get('<eos>')])
    .sort((a, b) => b.length - a.length);
}

/** Batches of no more than `tokens` padded tokens; 0: one sequence each. Takes sequences longest first. */
export function batches(sequences, tokens) {
  const out = [];
  for (const sequence of sequences) {
    const last = out.at(-1);
    if (last && (last.length + 1) * last[0].length <= tokens) last.push(sequence);
    else out.push([sequence]);
  }
  return out;
}
