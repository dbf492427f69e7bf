// Contacts: the probability of each pair of residues to touch.
import {useMemo, useState} from 'preact/hooks';
import {call} from '../api.js';
import {HeatMap} from '../parts/heat_map.jsx';
import {DataTable} from '../parts/table.jsx';
import {places} from '../sequences.js';

// The highest value of pairs that are not neighbours along the chain.
function highest(at, count, separation) {
  let most = 0;
  for (let i = 0; i < count; ++i) for (let j = i + separation; j < count; ++j) most = Math.max(most, at(i, j) || 0);
  return Math.max(0.001, most);
}

/// `at(i, j)` is the probability of residues i and j, from 0; `residues` may be letters or ''. Also of files (offline).
export function ContactMap({name, residues, at, separation, what = 'probability of contact'}) {
  const count = residues.length,
    [pair, setPair] = useState(null);
  const top = useMemo(() => highest(at, count, separation), [at, count, separation]);
  const [scale, setScale] = useState(top < 0.3 ? 'highest' : 'all');
  const names = useMemo(() => residues.map((letter, i) => `${letter}${i + 1}`), [residues]);
  const rows = useMemo(() => {
    const out = [];
    for (let i = 0; i < count; ++i)
      for (let j = i + separation; j < count; ++j) {
        const probability = at(i, j);
        if (probability === probability)
          out.push({i: i + 1, first: names[i], j: j + 1, second: names[j], apart: j - i, probability});
      }
    return out.sort((a, b) => b.probability - a.probability).slice(0, 5 * count);
  }, [at, separation, count]);
  return (
    <>
      <div class="fields">
        <div class="field">
          <label>
            Colours{' '}
            <select value={scale} onChange={event => setScale(event.target.value)}>
              <option value="all">from 0 to 1</option>
              <option value="highest">up to the highest pair, {top.toFixed(3)}</option>
            </select>
          </label>
        </div>
      </div>
      {scale === 'highest' && top < 0.3 && (
        <p class="note">The model is sure of no pair: the highest is {top.toFixed(3)}, and the colours end there.</p>
      )}
      <HeatMap
        title={`contacts-${name}`}
        label={`Contacts of ${name}; the table below has the likeliest`}
        legend={what}
        square
        rows={count}
        columns={count}
        rowNames={names}
        columnNames={names}
        value={at}
        low={0}
        high={scale === 'all' ? 1 : top}
        colours="probability"
        text={(row, column) => `${names[row]} – ${names[column]}: ${at(row, column).toFixed(4)}`}
        onCell={(row, column) => setPair([row + 1, column + 1])}
      />
      <p class="note">
        The table has the {rows.length} likeliest pairs that are {separation} residues apart or more.
      </p>
      <DataTable
        name={`contacts ${name}`}
        rows={rows}
        chosen={row => pair && Math.min(...pair) === row.i && Math.max(...pair) === row.j}
        columns={[
          {key: 'first', label: 'residue'},
          {key: 'second', label: 'with'},
          {key: 'apart', label: 'apart', number: true},
          {key: 'probability', label: 'probability', number: true, digits: 4},
        ]}
      />
    </>
  );
}

export const contacts = {
  id: 'contacts',
  name: 'Contacts',
  verb: 'Find contacts',
  routes: ['/contacts'],
  takes: 'one',
  about: 'Which residues are likely to touch in the fold.',
  settings: () => ({
    separation: {
      label: 'Apart at least',
      kind: 'integer',
      otherwise: 6,
      least: 1,
      help: 'residues along the chain, for the table',
    },
  }),
  async run(ctx, {one, settings}) {
    const {contacts: rows} = await call('/contacts', {sequence: one.residues}, ctx);
    return {name: one.name, residues: places(one.residues), rows, separation: settings.separation};
  },
  Result: ({result}) => {
    const at = useMemo(() => (i, j) => result.rows[i][j], [result]);
    return <ContactMap {...result} at={at} />;
  },
};
