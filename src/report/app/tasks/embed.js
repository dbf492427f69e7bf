// Vectors of sequences from /encode, some sequences a request; what two views share.
import {call} from '../api.js';

const kTogether = 16;

/// -> [Float64Array, …] in the order of `sequences`.
export async function embedAll(ctx, sequences, {layer, pooling}, info) {
  const many = Math.min(kTogether, info.max_client_batch_size ?? kTogether),
    out = [];
  for (let first = 0; first < sequences.length; first += many) {
    ctx.progress(first, sequences.length, 'sequences');
    const part = sequences.slice(first, first + many);
    const body = {
      params: {repr_layers: [layer], include: [pooling]},
      items: part.map(one => ({sequence: one.residues})),
    };
    const {results} = await call('/encode', body, ctx);
    for (const one of results) out.push(Float64Array.from(one[pooling][0].values));
  }
  ctx.progress(sequences.length, sequences.length, 'sequences');
  return out;
}

export function layerSettings(info) {
  return {
    pooling: {
      label: 'Vector',
      kind: 'choice',
      otherwise: 'mean',
      options: [
        ['mean', 'mean over the residues'],
        ['max', 'maximum over the residues'],
        ['cls', 'first token'],
      ],
    },
    layer: {
      label: 'Layer',
      kind: 'integer',
      otherwise: -1,
      least: -(info.layers ?? 1) - 1,
      most: info.layers,
      help: `0 to ${info.layers}; −1 is the last`,
    },
  };
}
