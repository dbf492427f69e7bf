// A structure in three dimensions with its confidence, along the chains and between them.
import {useCallback, useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {axisStyle, Chart} from './chart.jsx';
import {fileName, saveText, saveUrl} from './download.js';
import {HeatMap} from './heat_map.jsx';
import {DataTable} from './table.jsx';
import {useViewer} from './molecule.js';
import {bandColour, colourOf, isPlddt, residuesOf, StructureLegend} from './structure_colours.jsx';

function Track({rows, measure, name}) {
  const option = useCallback(
    ink => ({
      animation: false,
      grid: {left: 54, right: 14, top: 12, bottom: 44},
      tooltip: {
        renderMode: 'richText',
        confine: true,
        trigger: 'axis',
        formatter: ([one]) =>
          `${rows[one.dataIndex].chain} ${rows[one.dataIndex].residue} ${rows[one.dataIndex].number}\n${measure} ${one.value.toFixed(1)}`,
      },
      xAxis: {
        ...axisStyle(ink),
        type: 'category',
        data: rows.map(row => row.number),
        name: 'residue',
        nameLocation: 'middle',
        nameGap: 28,
      },
      yAxis: {
        ...axisStyle(ink),
        type: 'value',
        name: measure,
        nameLocation: 'middle',
        nameGap: 36,
        max: measure === 'pLDDT' ? 100 : undefined,
      },
      series: [
        {
          type: 'bar',
          barCategoryGap: '0%',
          data: rows.map(row => ({
            value: row.value,
            itemStyle: {color: measure === 'pLDDT' ? bandColour(row.value) : ink.point},
          })),
        },
      ],
    }),
    [rows, measure],
  );
  return <Chart option={option} height={190} label={`${measure} along ${name}; the table has the values`} />;
}

/// `model`: {name, text, format ('pdb', 'cif'), measure ('plddt', ''), pae: rows or null, facts: [[name, text]], notes}.
export function StructureView({model}) {
  const box = useRef(null),
    [failed, setFailed] = useState('');
  const [viewer, parsed] = useViewer(box, model, setFailed);
  const [scheme, setScheme] = useState(model.measure || (isPlddt(model.text) ? 'plddt' : 'b'));
  const plddt = scheme === 'plddt' || (scheme !== 'b' && (model.measure === 'plddt' || isPlddt(model.text)));
  const rows = useMemo(() => (parsed ? residuesOf(parsed.atoms) : []), [parsed]);
  const chains = useMemo(() => [...new Set(rows.map(row => row.chain))], [rows]);
  const range = useMemo(
    () =>
      rows.reduce(([low, high], row) => [Math.min(low, row.value), Math.max(high, row.value)], [Infinity, -Infinity]),
    [rows],
  );
  const measure = plddt ? 'pLDDT' : 'B factor',
    polymer = useMemo(() => rows.filter(row => !row.het), [rows]);
  useEffect(() => {
    if (!parsed || !viewer.current) return;
    const colorfunc = colourOf(scheme, chains, range);
    viewer.current.setStyle({}, {cartoon: {colorfunc, arrows: true}});
    viewer.current.addStyle(
      {hetflag: true, not: {resn: ['HOH', 'WAT']}},
      {stick: {radius: 0.2, colorscheme: 'default'}},
    );
    viewer.current.render();
  }, [parsed, scheme]);
  useEffect(() => {
    if (!parsed || !viewer.current) return undefined;
    viewer.current.zoomTo();
    viewer.current.render();
    const watcher = new ResizeObserver(() => viewer.current.resize());
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, [parsed]);
  const show = row => {
    viewer.current.removeAllLabels();
    const place = {chain: row.chain, resi: parseInt(row.number, 10)};
    viewer.current.addLabel(
      `${row.chain} ${row.residue} ${row.number}`,
      {backgroundColor: '#222222', backgroundOpacity: 0.8, fontSize: 13},
      place,
    );
    viewer.current.zoomTo({...place, expand: 8, byres: true}, 300);
  };
  const names = useMemo(
    () => model.paeNames ?? polymer.map(row => `${chains.length > 1 ? row.chain + ' ' : ''}${row.number}`),
    [polymer],
  );
  const pae = model.pae,
    high = useMemo(() => (pae ? pae.reduce((most, row) => row.reduce((a, b) => Math.max(a, b), most), 1) : 0), [pae]);
  const value = useMemo(() => (i, j) => pae[i][j] ?? NaN, [pae]);
  const mean = polymer.reduce((sum, row) => sum + row.value, 0) / polymer.length;
  return (
    <>
      {failed && (
        <p class="note warn" role="alert">
          {failed}
        </p>
      )}
      <div class="fields">
        <div class="field">
          <label>
            Colours{' '}
            <select value={scheme} onChange={event => setScheme(event.target.value)}>
              <option value="plddt">pLDDT</option>
              <option value="b">B factor</option>
              <option value="chain">chain</option>
              <option value="state">helices and strands</option>
            </select>
          </label>
        </div>
      </div>
      <div class="bar">
        <button
          type="button"
          disabled={!parsed || !viewer.current}
          onClick={() => {
            viewer.current.removeAllLabels();
            viewer.current.zoomTo({}, 300);
          }}
        >
          Whole structure
        </button>
        <button
          type="button"
          disabled={!parsed || !viewer.current}
          aria-label="Turn to the left"
          onClick={() => viewer.current.rotate(-20, 'y', 150)}
        >
          ⟲
        </button>
        <button
          type="button"
          disabled={!parsed || !viewer.current}
          aria-label="Turn to the right"
          onClick={() => viewer.current.rotate(20, 'y', 150)}
        >
          ⟳
        </button>
        <button
          type="button"
          disabled={!parsed || !viewer.current}
          onClick={() => saveUrl(viewer.current.pngURI(), fileName(model.name) + '.png')}
        >
          Save PNG
        </button>
        <button type="button" onClick={() => saveText(model.text, fileName(model.name) + '.' + model.format)}>
          Save structure
        </button>
      </div>
      <div
        class="molecule"
        ref={box}
        role="img"
        aria-label={`Structure of ${model.name} in three dimensions; the table has its residues`}
      ></div>
      {parsed && <StructureLegend scheme={scheme} chains={chains} range={range} />}
      {parsed && (
        <p class="note">
          {[
            `${polymer.length} residues`,
            `${chains.length} ${chains.length === 1 ? 'chain' : 'chains'}`,
            `mean ${measure} ${mean.toFixed(1)}`,
            ...(model.facts ?? []).map(([name, text]) => `${name} ${text}`),
          ].join(' · ')}
        </p>
      )}
      {(model.notes ?? []).map((note, i) => (
        <p class="note warn" key={i}>
          {note}
        </p>
      ))}
      {polymer.length > 0 && <Track rows={polymer} measure={measure} name={model.name} />}
      {pae && (
        <>
          <h3>Predicted aligned error</h3>
          <HeatMap
            title={`pae-${model.name}`}
            label={`Predicted aligned error of ${model.name}`}
            legend="expected error, Å"
            square
            rows={pae.length}
            columns={pae.length}
            rowNames={names}
            columnNames={names}
            value={value}
            low={0}
            high={high}
            colours="error"
            columnTitle="scored residue"
            text={(row, column) => `${names[row] ?? row + 1} – ${names[column] ?? column + 1}: ${pae[row][column]} Å`}
          />
        </>
      )}
      {rows.length > 0 && (
        <DataTable
          name={`residues ${model.name}`}
          rows={rows}
          onRow={viewer.current ? show : undefined}
          columns={[
            {key: 'chain', label: 'chain'},
            {key: 'number', label: 'number', number: true},
            {key: 'residue', label: 'residue'},
            {key: 'value', label: measure, number: true, digits: 1},
          ]}
        />
      )}
    </>
  );
}
