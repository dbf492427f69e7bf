// Scan: every single substitution, as a map of residues by positions.
import {useMemo, useState} from 'preact/hooks';
import {call} from '../api.js';
import {plainError} from '../jobs.js';
import {HeatMap} from '../parts/heat_map.jsx';
import {DataTable} from '../parts/table.jsx';
import {places} from '../sequences.js';

export const kResidues = [...'ACDEFGHIKLMNPQRSTVWY'];

// The ends of the colours: where all but a few in a hundred scores lie, the same on both sides of 0.
function reach(values) {
  const sizes = values
    .filter(Number.isFinite)
    .map(Math.abs)
    .sort((a, b) => a - b);
  return Math.max(0.1, Number((sizes[Math.floor(0.98 * (sizes.length - 1))] ?? 1).toPrecision(2)));
}

/// `rows`: [{mutant, position, wild_type, mutation, score}]. Also of files (offline).
export function ScanMap({rows, name, what}) {
  const [cell, setCell] = useState(null);
  const map = useMemo(() => {
    const positions = [...new Set(rows.map(row => row.position))].sort((a, b) => a - b);
    const at = new Map(positions.map((position, i) => [position, i]));
    const extra = [...new Set(rows.map(row => row.mutation))].filter(one => !kResidues.includes(one)).sort();
    const letters = [...kResidues, ...extra],
      values = Array.from({length: letters.length * positions.length}, () => NaN);
    const wild = [],
      sums = positions.map(() => [0, 0]);
    for (const row of rows) {
      const column = at.get(row.position);
      wild[column] = row.wild_type;
      if (!Number.isFinite(row.score)) continue;
      values[letters.indexOf(row.mutation) * positions.length + column] = row.score;
      if (row.mutation !== row.wild_type) sums[column] = [sums[column][0] + row.score, sums[column][1] + 1];
    }
    return {
      positions,
      letters,
      values,
      wild,
      means: sums.map(([sum, count]) => (count ? sum / count : null)),
      end: reach(values),
    };
  }, [rows]);
  const {positions, letters, values, wild} = map;
  const value = useMemo(
    () => (row, column) => (letters[row] === wild[column] ? NaN : values[row * positions.length + column]),
    [map],
  );
  const marks = useMemo(
    () => wild.flatMap((letter, column) => (letters.includes(letter) ? [[letters.indexOf(letter), column]] : [])),
    [map],
  );
  const names = useMemo(() => positions.map((position, i) => `${wild[i]}${position}`), [map]);
  const text = (row, column) =>
    letters[row] === wild[column]
      ? `${names[column]}: wild type`
      : `${names[column]}${letters[row]}: ${Number.isFinite(value(row, column)) ? value(row, column).toFixed(3) : 'not scored'}`;
  return (
    <>
      <HeatMap
        title={`scan-${name}`}
        label={`Scores of every substitution of ${name}; the table below has all of them`}
        legend={what}
        marked="wild type"
        rows={letters.length}
        columns={positions.length}
        rowNames={letters}
        columnNames={names}
        letters={wild}
        numbers={positions}
        value={value}
        low={-map.end}
        high={map.end}
        colours="diverging"
        text={text}
        marks={marks}
        track={{name: 'mean of the position', values: map.means}}
        onCell={(row, column) => setCell({mutation: letters[row], position: positions[column]})}
      />
      <p class="note">
        Blue: likelier than the wild type; red: less likely; beyond ±{map.end} the colours stay the same.
      </p>
      <DataTable
        name={`scan ${name}`}
        rows={rows}
        chosen={row => cell && row.position === cell.position && row.mutation === cell.mutation}
        columns={[
          {key: 'mutant', label: 'mutant'},
          {key: 'position', label: 'position', number: true},
          {key: 'wild_type', label: 'wild_type'},
          {key: 'mutation', label: 'mutation'},
          {key: 'score', label: 'score', number: true, digits: 3},
        ]}
      />
    </>
  );
}

function region(settings, length) {
  const from = settings.from === '' ? 1 : settings.from,
    to = settings.to === '' ? length : settings.to;
  if (from > to || to > length) throw plainError(`Positions ${from} to ${to} are not within 1 to ${length}.`);
  return [from, to];
}

export const scan = {
  id: 'scan',
  name: 'Scan',
  verb: 'Scan',
  routes: ['/score'],
  takes: 'one',
  about: 'How likely every single substitution is, next to the wild type.',
  settings: () => ({
    method: {
      label: 'Method',
      kind: 'choice',
      otherwise: 'masked-marginals',
      options: [
        ['masked-marginals', 'masked marginals'],
        ['wt-marginals', 'wild-type marginals'],
      ],
      help: 'masked: a pass for each position; wild-type: one pass',
    },
    from: {label: 'From position', kind: 'integer', otherwise: '', least: 1, optional: true, placeholder: 'first'},
    to: {label: 'To position', kind: 'integer', otherwise: '', least: 1, optional: true, placeholder: 'last'},
  }),
  async run(ctx, {one, settings, info}) {
    const residues = places(one.residues),
      [from, to] = region(settings, residues.length);
    const positions = [],
      passed = [];
    for (let at = from; at <= to; ++at) (kResidues.includes(residues[at - 1]) ? positions : passed).push(at);
    if (positions.length === 0) throw plainError('There is no standard residue among these positions.');
    const most = Math.max(1, Math.floor((info.max_client_batch_size ?? 1024) / 19));
    const many = Math.min(most, settings.method === 'wt-marginals' ? 50 : 8),
      rows = [];
    for (let first = 0; first < positions.length; first += many) {
      ctx.progress(first, positions.length, 'positions');
      const asked = positions.slice(first, first + many).flatMap(position =>
        kResidues
          .filter(letter => letter !== residues[position - 1])
          .map(mutation => ({
            mutant: `${residues[position - 1]}${position}${mutation}`,
            position,
            wild_type: residues[position - 1],
            mutation,
          })),
      );
      const {scores} = await call(
        '/score',
        {sequence: one.residues, variants: asked.map(row => row.mutant), method: settings.method},
        ctx,
      );
      asked.forEach((row, i) => rows.push({...row, score: scores[i].score}));
    }
    ctx.progress(positions.length, positions.length, 'positions');
    return {name: one.name, rows, method: settings.method, passed: passed.map(at => `${residues[at - 1]}${at}`)};
  },
  Result: ({result}) => (
    <>
      {result.passed.length > 0 && (
        <p class="note warn">
          {result.passed.length} positions without a standard residue are not scored: {result.passed.join(', ')}.
        </p>
      )}
      <ScanMap rows={result.rows} name={result.name} what="log-likelihood, mutant less wild type" />
    </>
  ),
};
