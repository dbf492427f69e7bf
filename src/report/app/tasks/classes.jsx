// Classes: what a model with a head of classes says of each sequence.
import {useMemo} from 'preact/hooks';
import {call} from '../api.js';
import {DataTable} from '../parts/table.jsx';

function Result({result}) {
  const labels = useMemo(() => [...new Set(result.rows.flatMap(row => row.scores.map(one => one.label)))], [result]);
  const rows = result.rows.map(row => ({
    name: row.name,
    likeliest: row.scores[0].label,
    ...Object.fromEntries(row.scores.map(one => [`class ${one.label}`, one.score])),
  }));
  return (
    <DataTable
      name="classes"
      rows={rows}
      columns={[
        {key: 'name', label: 'name'},
        {key: 'likeliest', label: 'likeliest'},
        ...labels.map(label => ({key: `class ${label}`, label, number: true, digits: 3})),
      ]}
    />
  );
}

export const classes = {
  id: 'classes',
  name: 'Classes',
  verb: 'Classify',
  routes: ['/predict'],
  takes: 'all',
  about: 'The classes that this model was trained to tell apart.',
  settings: () => ({raw: {label: 'Logits instead of probabilities', kind: 'flag', otherwise: false}}),
  async run(ctx, {sequences, settings}) {
    const rows = [];
    for (let first = 0; first < sequences.length; first += 8) {
      ctx.progress(first, sequences.length, 'sequences');
      const part = sequences.slice(first, first + 8);
      const found = await call('/predict', {inputs: part.map(one => one.residues), raw_scores: settings.raw}, ctx);
      part.forEach((one, i) => rows.push({name: one.name, scores: found[i]}));
    }
    return {rows};
  },
  Result,
};
