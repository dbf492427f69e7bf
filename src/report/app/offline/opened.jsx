// The page of groel open: one result, looked at without a server and without a network.
import {useMemo, useState} from 'preact/hooks';
import {Mark, ThemeButton, Voice} from '../parts/frame.jsx';
import {DataTable} from '../parts/table.jsx';
import {ContactMap} from '../tasks/contacts.jsx';
import {NeighbourMap} from '../tasks/neighbours.jsx';
import {ScanMap} from '../tasks/scan.jsx';
import {VectorMap} from '../tasks/vectors.jsx';
import {ColumnChart} from './column_chart.jsx';
import {floatsOf} from './numbers.js';

function Vectors({result}) {
  const {ids, width, source, projection} = result;
  const vectors = useMemo(() => {
    if (!result.vectors) return null;
    const all = floatsOf(result.vectors);
    return ids.map((unused, i) => all.subarray(i * width, (i + 1) * width));
  }, [result]);
  const [about, setAbout] = useState('origin');
  return (
    <>
      <section class="panel">
        <h2>Map of the vectors</h2>
        <VectorMap names={ids} vectors={vectors} projection={projection} source={source} />
      </section>
      {vectors && ids.length > 1 && (
        <section class="panel">
          <h2>Neighbours</h2>
          <div class="fields">
            <div class="field">
              <label>
                Angles{' '}
                <select value={about} onChange={event => setAbout(event.target.value)}>
                  <option value="origin">as the vectors are</option>
                  <option value="mean">about the mean of the set</option>
                </select>
              </label>
            </div>
          </div>
          <NeighbourMap key={about} names={ids} vectors={vectors} about={about} count={5} source={source} />
        </section>
      )}
    </>
  );
}

function Scan({result}) {
  return (
    <>
      {result.proteins.map(one => (
        <section class="panel" key={one.name}>
          <h2>{one.name || 'Substitutions'}</h2>
          <ScanMap rows={one.rows} name={one.name || result.source} what="score" />
        </section>
      ))}
    </>
  );
}

function Contacts({result}) {
  const [at, setAt] = useState(0),
    one = result.records[at];
  const value = useMemo(() => {
    const all = floatsOf(one.values),
      size = one.size;
    return (i, j) => all[i * size + j];
  }, [one]);
  const residues = useMemo(() => Array.from({length: one.size}, (unused, i) => one.residues?.[i] ?? ''), [one]);
  return (
    <section class="panel">
      <h2>Contacts</h2>
      {result.records.length > 1 && (
        <div class="fields">
          <div class="field">
            <label>
              Protein{' '}
              <select value={at} onChange={event => setAt(Number(event.target.value))}>
                {result.records.map((other, i) => (
                  <option key={i} value={i}>
                    {other.name} ({other.size})
                  </option>
                ))}
              </select>
            </label>
          </div>
        </div>
      )}
      <ContactMap key={at} name={one.name} residues={residues} at={value} separation={6} />
    </section>
  );
}

function Table({result}) {
  const {columns, rows, source} = result;
  const table = useMemo(
    () => rows.map(row => Object.fromEntries(columns.map((column, i) => [`c${i}`, row[i]]))),
    [result],
  );
  const heads = useMemo(
    () => columns.map((column, i) => ({key: `c${i}`, label: column.name, number: column.number})),
    [result],
  );
  return (
    <>
      <ColumnChart columns={heads.filter(head => head.number)} rows={table} source={source} />
      <section class="panel">
        <h2>Table</h2>
        <DataTable name={source} columns={heads} rows={table} size={25} />
      </section>
    </>
  );
}

const kViews = {vectors: Vectors, scan: Scan, contacts: Contacts, table: Table};

export function Opened({result}) {
  const View = kViews[result.kind];
  return (
    <>
      <header>
        <Mark />
        <h1>{result.source}</h1>
        <p class="model">
          <span>{result.facts.join(' · ')}</span>
        </p>
        <div class="tools">
          <ThemeButton />
        </div>
      </header>
      <main class="single">
        {result.notes.map((note, i) => (
          <p class="note warn" key={i}>
            {note}
          </p>
        ))}
        <View result={result} />
      </main>
      <footer>
        <span>Made by GroEL {result.version}</span>
        <span>This page needs no network and sends nothing.</span>
      </footer>
      <Voice />
    </>
  );
}
