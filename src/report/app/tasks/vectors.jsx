// Embed: a vector for each sequence, laid out in the plane by principal components.
import {useMemo, useState} from 'preact/hooks';
import {fileName, saveText, separated} from '../parts/download.js';
import {Scatter} from '../parts/scatter.jsx';
import {DataTable} from '../parts/table.jsx';
import {principalComponents} from '../vectors.js';
import {embedAll, layerSettings} from './embed.js';

function percent(part) {
  return `${(100 * part).toFixed(1)} %`;
}

/// A map of named vectors with its table; also of files (offline).
export function VectorMap({names, lengths, vectors, projection, source}) {
  const [chosen, setChosen] = useState(-1);
  const {points, explained} = useMemo(() => projection ?? principalComponents(vectors), [vectors, projection]);
  const rows = useMemo(
    () =>
      names.map((name, i) => ({
        name,
        i,
        length: lengths?.[i],
        x: points[i][0],
        y: points[i][1],
        norm: vectors ? Math.sqrt(vectors[i].reduce((sum, x) => sum + x * x, 0)) : undefined,
      })),
    [names, points],
  );
  const dots = useMemo(
    () => rows.map(row => ({name: row.name, x: row.x, y: row.y, note: row.length ? `${row.length} residues` : ''})),
    [rows],
  );
  const columns = [
    {key: 'name', label: 'name'},
    ...(lengths ? [{key: 'length', label: 'residues', number: true}] : []),
    {key: 'x', label: 'component 1', number: true, digits: 3},
    {key: 'y', label: 'component 2', number: true, digits: 3},
    ...(vectors ? [{key: 'norm', label: 'norm', number: true, digits: 3}] : []),
  ];
  const save = mark => {
    const header = ['id', ...Array.from(vectors[0], (unused, k) => `d${k}`)];
    const text = separated([header, ...vectors.map((vector, i) => [names[i], ...vector])], mark === 'csv' ? ',' : '\t');
    saveText(text, fileName(`vectors-${source}`) + '.' + mark, 'text/' + mark);
  };
  return (
    <>
      {points.length > 1 && (
        <Scatter
          points={dots}
          chosen={chosen}
          onPoint={setChosen}
          title={`projection-${source}`}
          label={`Principal components of ${names.length} vectors; the table below has the coordinates`}
          xName={`component 1 (${percent(explained[0])})`}
          yName={`component 2 (${percent(explained[1])})`}
        />
      )}
      {vectors && (
        <div class="bar">
          <span class="note">
            {names.length} vectors of {vectors[0].length} numbers
          </span>
          <button type="button" onClick={() => save('csv')}>
            Save vectors, CSV
          </button>
          <button type="button" onClick={() => save('tsv')}>
            Save vectors, TSV
          </button>
        </div>
      )}
      <DataTable
        name={`projection ${source}`}
        columns={columns}
        rows={rows}
        onRow={points.length > 1 ? row => setChosen(row.i) : undefined}
        chosen={row => row.i === chosen}
      />
    </>
  );
}

export const embed = {
  id: 'embed',
  name: 'Embed',
  verb: 'Embed',
  routes: ['/encode'],
  takes: 'all',
  about: 'A vector for each sequence. The map shows their first two principal components.',
  settings: layerSettings,
  async run(ctx, {sequences, settings, info}) {
    const vectors = await embedAll(ctx, sequences, settings, info);
    return {
      names: sequences.map(one => one.name),
      lengths: sequences.map(one => one.length),
      vectors,
      model: info.model_id,
    };
  },
  Result: ({result}) => <VectorMap {...result} source={result.model} />,
};
