// Neighbours: how alike the sequences' vectors are, and which are nearest to each.
import {useMemo} from 'preact/hooks';
import {plainError} from '../jobs.js';
import {HeatMap} from '../parts/heat_map.jsx';
import {DataTable} from '../parts/table.jsx';
import {shortName} from '../sequences.js';
import {cosines, nearest} from '../vectors.js';
import {embedAll, layerSettings} from './embed.js';

/// The map and the table; also of files (offline).
export function NeighbourMap({names, vectors, about, count, source}) {
  const all = useMemo(() => cosines(vectors, about), [vectors, about]);
  const low = useMemo(
    () => Math.floor(20 * all.reduce((least, row) => row.reduce((a, b) => Math.min(a, b), least), 1)) / 20,
    [all],
  );
  const rows = useMemo(
    () =>
      nearest(all, count).flatMap((found, i) =>
        found.map((one, rank) => ({query: names[i], rank: rank + 1, neighbour: names[one.index], cosine: one.cosine})),
      ),
    [all, count],
  );
  const short = useMemo(() => names.map(shortName), [names]);
  const value = useMemo(() => (row, column) => all[row][column], [all]);
  return (
    <>
      <HeatMap
        title={`neighbours-${source}`}
        label={`Cosines of ${names.length} sequences with each other`}
        legend="cosine"
        square
        rows={names.length}
        columns={names.length}
        rowNames={short}
        columnNames={short}
        value={value}
        low={Math.min(low, 0.95)}
        high={1}
        text={(row, column) => `${names[row]} – ${names[column]}: ${all[row][column].toFixed(4)}`}
      />
      <DataTable
        name={`neighbours ${source}`}
        rows={rows}
        columns={[
          {key: 'query', label: 'sequence'},
          {key: 'rank', label: 'rank', number: true},
          {key: 'neighbour', label: 'neighbour'},
          {key: 'cosine', label: 'cosine', number: true, digits: 4},
        ]}
      />
    </>
  );
}

export const neighbours = {
  id: 'neighbours',
  name: 'Neighbours',
  verb: 'Compare',
  routes: ['/encode'],
  takes: 'all',
  about: 'Which of your sequences the model finds alike, by the cosine of their vectors.',
  settings: info => ({
    ...layerSettings(info),
    about: {
      label: 'Angles',
      kind: 'choice',
      otherwise: 'origin',
      options: [
        ['origin', 'as the vectors are'],
        ['mean', 'about the mean of the set'],
      ],
      help: 'about the mean, differences stand out',
    },
    count: {label: 'Neighbours of each', kind: 'integer', otherwise: 5, least: 1, most: 100},
  }),
  async run(ctx, {sequences, settings, info}) {
    if (sequences.length < 2) throw plainError('Neighbours need two sequences or more: add another one.');
    if (sequences.length > 1500)
      throw plainError('1,500 sequences at most are compared here; `groel search` compares any number.');
    const vectors = await embedAll(ctx, sequences, settings, info);
    return {
      names: sequences.map(one => one.name),
      vectors,
      about: settings.about,
      count: settings.count,
      source: info.model_id,
    };
  },
  Result: ({result}) => <NeighbourMap {...result} />,
};
