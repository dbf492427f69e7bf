// Search: the nearest proteins of the server's index.
import {call} from '../api.js';
import {DataTable} from '../parts/table.jsx';

function Result({result}) {
  const rows = result.queries.flatMap(one =>
    (one.hits ?? []).map((hit, rank) => ({
      query: one.name,
      rank: rank + 1,
      hit: hit.id,
      similarity: hit.similarity,
      labels: (hit.labels ?? []).join('; '),
    })),
  );
  const failed = result.queries.filter(one => !one.hits),
    labelled = rows.some(row => row.labels);
  return (
    <>
      <p class="note">
        {[result.index, `${result.vectors?.toLocaleString('en')} vectors`, `search: ${result.method}`]
          .filter(Boolean)
          .join(' · ')}
      </p>
      {[...(result.notes ?? []), ...failed.map(one => `${one.name}: ${one.error?.message ?? one.error}`)].map(
        (note, i) => (
          <p class="note warn" key={i}>
            {note}
          </p>
        ),
      )}
      <DataTable
        name="search"
        rows={rows}
        columns={[
          {key: 'query', label: 'sequence'},
          {key: 'rank', label: 'rank', number: true},
          {key: 'hit', label: 'found'},
          {key: 'similarity', label: 'similarity', number: true, digits: 4},
          ...(labelled ? [{key: 'labels', label: 'labels'}] : []),
        ]}
      />
    </>
  );
}

export const search = {
  id: 'search',
  name: 'Search',
  verb: 'Search',
  routes: ['/search', '/encode'],
  takes: 'all',
  about: 'The nearest proteins among those that this server has an index of.',
  settings: () => ({
    neighbours: {label: 'Hits of each', kind: 'integer', otherwise: 10, least: 1, most: 1000},
    exact: {label: 'Compare with all vectors', kind: 'flag', otherwise: false, help: 'slower, and misses none'},
  }),
  async run(ctx, {sequences, settings, info}) {
    const many = Math.min(16, info.max_client_batch_size ?? 16);
    let out = null;
    for (let first = 0; first < sequences.length; first += many) {
      ctx.progress(first, sequences.length, 'sequences');
      const part = sequences.slice(first, first + many);
      const found = await call(
        '/search',
        {sequences: part.map(one => one.residues), neighbours: settings.neighbours, exact: settings.exact},
        ctx,
      );
      found.queries.forEach((query, i) => (query.name = part[i].name));
      out = out ? {...out, queries: [...out.queries, ...found.queries]} : found;
      ctx.partial(out);
    }
    return out;
  },
  Result,
};
