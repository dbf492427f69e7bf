// Attention: how much each token looks at each other, by layer and head.
import {useMemo, useState} from 'preact/hooks';
import {call} from '../api.js';
import {plainError} from '../jobs.js';
import {HeatMap} from '../parts/heat_map.jsx';
import {DataTable} from '../parts/table.jsx';

const kLongest = 600;

function Result({result}) {
  const {heads, tokens, name, layer} = result,
    [head, setHead] = useState(-1);
  const at = useMemo(() => {
    if (head >= 0) return (i, j) => heads[head][i][j];
    return (i, j) => heads.reduce((sum, one) => sum + one[i][j], 0) / heads.length;
  }, [result, head]);
  const {high, rows} = useMemo(() => {
    const all = [];
    for (let i = 0; i < tokens.length; ++i)
      for (let j = 0; j < tokens.length; ++j) all.push({from: tokens[i], to: tokens[j], attention: at(i, j)});
    all.sort((a, b) => b.attention - a.attention);
    return {high: Math.max(0.001, all[Math.floor(all.length / 200)].attention), rows: all.slice(0, 500)};
  }, [at]);
  return (
    <>
      <div class="fields">
        <div class="field">
          <label>
            Head{' '}
            <select value={head} onChange={event => setHead(Number(event.target.value))}>
              <option value={-1}>mean of {heads.length} heads</option>
              {heads.map((unused, i) => (
                <option key={i} value={i}>
                  head {i + 1}
                </option>
              ))}
            </select>
          </label>
        </div>
      </div>
      <HeatMap
        title={`attention-${name}`}
        label={`Attention of layer ${layer}, each row from one token to all; the table has the strongest`}
        legend="attention"
        square
        rows={tokens.length}
        columns={tokens.length}
        rowNames={tokens}
        columnNames={tokens}
        value={at}
        low={0}
        high={high}
        colours="probability"
        rowTitle=""
        text={(row, column) => `${tokens[row]} → ${tokens[column]}: ${at(row, column).toFixed(4)}`}
      />
      <p class="note">
        Layer {layer}. Rows look at columns; the colours end where 1 cell in 200 is beyond. The table has the 500
        strongest.
      </p>
      <DataTable
        name={`attention ${name}`}
        rows={rows}
        columns={[
          {key: 'from', label: 'from'},
          {key: 'to', label: 'to'},
          {key: 'attention', label: 'attention', number: true, digits: 4},
        ]}
      />
    </>
  );
}

export const attention = {
  id: 'attention',
  name: 'Attention',
  verb: 'Show attention',
  routes: ['/encode', '/tokenize'],
  takes: 'one',
  about: 'Where the model looks while it reads a residue.',
  settings: info => ({
    layer: {
      label: 'Layer',
      kind: 'integer',
      otherwise: -1,
      least: -(info.layers ?? 1),
      most: info.layers,
      help: `1 to ${info.layers}; −1 is the last`,
    },
  }),
  async run(ctx, {one, settings}) {
    if (one.length > kLongest)
      throw plainError(
        `${kLongest} residues at most here, as maps grow with the square; \`groel attention\` takes longer ones.`,
      );
    ctx.progress(0, 2);
    const [tokens] = await call('/tokenize', {inputs: [one.residues]}, ctx);
    ctx.progress(1, 2);
    const body = {params: {repr_layers: [settings.layer], include: ['attentions']}, items: [{sequence: one.residues}]};
    const found = (await call('/encode', body, ctx)).results[0].attentions[0];
    const names = tokens.map(token => (token.special ? token.text : `${token.text}${token.start + 1}`));
    if (found.values[0].length !== names.length)
      throw plainError('The maps of this model are not over single tokens; `groel attention` shows them.');
    return {name: one.name, tokens: names, heads: found.values, layer: found.layer};
  },
  Result,
};
