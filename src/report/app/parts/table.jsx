// A table that is sorted by its headings, filtered, turned in pages, and saved whole.
import {useId, useMemo, useState} from 'preact/hooks';
import {announced} from '../store.js';
import {fileName, saveText, separated} from './download.js';

const kCompare = new Intl.Collator('en', {numeric: true, sensitivity: 'base'});

function missing(value) {
  return value === null || value === undefined || value === '' || Number.isNaN(value);
}

// What is missing is last whichever way.
function sorted(rows, column, falling) {
  if (!column) return rows;
  const compare = (a, b) => {
    const [x, y] = [a[column.key], b[column.key]];
    if (missing(x) || missing(y)) return missing(x) - missing(y);
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : kCompare.compare(String(x), String(y));
    return falling ? -order : order;
  };
  return [...rows].sort(compare);
}

function shownCell(column, row) {
  if (column.render) return column.render(row);
  const value = row[column.key];
  if (missing(value)) return '–';
  if (column.digits !== undefined && typeof value === 'number') return value.toFixed(column.digits);
  const text = String(value);
  return text.length > 60 ? (
    <span class="long" title={text}>
      {text}
    </span>
  ) : (
    text
  );
}

/// Columns: {key, label, number?, digits?, render?(row), saved? (false: not in files)}. `onRow(row)`: rows can be chosen.
export function DataTable({name, columns, rows, onRow, chosen, caption, size = 10}) {
  const [order, setOrder] = useState({key: '', falling: false});
  const [query, setQuery] = useState('');
  const [page, setPage] = useState(0);
  const [length, setLength] = useState(size);
  const id = useId();
  const found = useMemo(() => {
    const wanted = query.trim().toLowerCase();
    const fits = row =>
      columns.some(column =>
        String(row[column.key] ?? '')
          .toLowerCase()
          .includes(wanted),
      );
    return sorted(
      wanted ? rows.filter(fits) : rows,
      columns.find(column => column.key === order.key),
      order.falling,
    );
  }, [rows, columns, query, order]);
  const pages = Math.max(1, Math.ceil(found.length / length)),
    at = Math.min(page, pages - 1);
  const visible = found.slice(at * length, (at + 1) * length);

  const sortBy = column => {
    const falling = order.key === column.key ? !order.falling : !!column.number;
    setOrder({key: column.key, falling});
    setPage(0);
    announced.set(`sorted by ${column.label}, ${falling ? 'falling' : 'rising'}`);
  };
  const text = mark => {
    const kept = columns.filter(column => column.saved !== false);
    return separated(
      [kept.map(column => column.label), ...found.map(row => kept.map(column => row[column.key]))],
      mark,
    );
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text('\t'));
      announced.set(`${found.length} rows copied`);
    } catch {
      announced.set('the browser does not let this page copy');
    }
  };
  const way = column => (order.key !== column.key ? 'none' : order.falling ? 'descending' : 'ascending');
  return (
    <div class="table">
      <div class="bar">
        <label class="grow" for={`${id}-find`}>
          <span class="unseen">Find in {name}</span>
          <input
            id={`${id}-find`}
            type="search"
            placeholder="Find in the table"
            value={query}
            onInput={event => {
              setQuery(event.target.value);
              setPage(0);
            }}
          />
        </label>
        <button type="button" onClick={() => saveText(text(','), fileName(name) + '.csv', 'text/csv')}>
          Save CSV
        </button>
        <button
          type="button"
          onClick={() => saveText(text('\t'), fileName(name) + '.tsv', 'text/tab-separated-values')}
        >
          Save TSV
        </button>
        {navigator.clipboard && (
          <button type="button" onClick={copy}>
            Copy
          </button>
        )}
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label={`${name}, table`}>
        <table>
          <caption class="unseen">{caption ?? name}</caption>
          <thead>
            <tr>
              {columns.map(column => (
                <th key={column.key} scope="col" class={column.number ? 'number' : ''} aria-sort={way(column)}>
                  <button type="button" onClick={() => sortBy(column)}>
                    {column.label}
                    <span class="way" aria-hidden="true">
                      {{none: '↕', ascending: '↑', descending: '↓'}[way(column)]}
                    </span>
                  </button>
                </th>
              ))}
              {onRow && (
                <th scope="col">
                  <span class="unseen">Show</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {visible.map((row, i) => (
              <tr key={at * length + i} class={chosen && chosen(row) ? 'chosen' : ''}>
                {columns.map(column => (
                  <td key={column.key} class={column.number ? 'number' : ''}>
                    {shownCell(column, row)}
                  </td>
                ))}
                {onRow && (
                  <td>
                    <button type="button" class="small" onClick={() => onRow(row)}>
                      Show
                    </button>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
        {found.length === 0 && <p class="note">{rows.length ? 'No row holds that.' : 'There are no rows.'}</p>}
      </div>
      <div class="bar pages">
        <span aria-live="polite">
          {found.length === 0
            ? 'no rows'
            : `${at * length + 1}–${at * length + visible.length} of ${found.length}${found.length < rows.length ? ` found among ${rows.length}` : ''}`}
        </span>
        <button type="button" disabled={at === 0} onClick={() => setPage(at - 1)}>
          Previous
        </button>
        <button type="button" disabled={at >= pages - 1} onClick={() => setPage(at + 1)}>
          Next
        </button>
        <label>
          Rows{' '}
          <select
            value={length}
            onChange={event => {
              setLength(Number(event.target.value));
              setPage(0);
            }}
          >
            {[10, 25, 100, 500].map(count => (
              <option key={count} value={count}>
                {count}
              </option>
            ))}
          </select>
        </label>
      </div>
    </div>
  );
}
