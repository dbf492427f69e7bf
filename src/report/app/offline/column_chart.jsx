// How the numbers of a column are spread, or how two columns go together.
import {useCallback, useMemo, useState} from 'preact/hooks';
import {axisStyle, Chart} from '../parts/chart.jsx';

// Some 30 bars of round width.
function histogram(values) {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity),
    high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!(high > low)) return [{from: low, to: low, count: values.length}];
  const raw = (high - low) / 30,
    power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(k => k * power).find(width => width >= raw),
    first = Math.floor(low / step);
  const counts = new Array(Math.floor(high / step) - first + 1).fill(0);
  for (const value of values) ++counts[Math.min(counts.length - 1, Math.floor(value / step) - first)];
  const shown = x => Number(x.toPrecision(6));
  return counts.map((count, i) => ({from: shown((first + i) * step), to: shown((first + i + 1) * step), count}));
}

function Choice({label, value, onChange, columns, none}) {
  return (
    <div class="field">
      <label>
        {label}{' '}
        <select value={value} onChange={event => onChange(event.target.value)}>
          {none && <option value="">{none}</option>}
          {columns.map(column => (
            <option key={column.key} value={column.key}>
              {column.label}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

export function ColumnChart({columns, rows, source}) {
  const [x, setX] = useState(columns[columns.length - 1]?.key),
    [y, setY] = useState('');
  const name = key => columns.find(column => column.key === key)?.label;
  const numbers = useMemo(
    () => rows.filter(row => Number.isFinite(row[x]) && (!y || Number.isFinite(row[y]))),
    [rows, x, y],
  );
  const option = useCallback(
    ink => {
      const common = {
        animation: false,
        grid: {left: 64, right: 20, top: 16, bottom: 48},
        tooltip: {renderMode: 'richText', confine: true},
      };
      const axis = (which, more) => ({
        ...axisStyle(ink),
        type: 'value',
        scale: true,
        name: which,
        nameLocation: 'middle',
        ...more,
      });
      if (y)
        return {
          ...common,
          xAxis: axis(name(x), {nameGap: 30}),
          yAxis: axis(name(y), {nameGap: 46}),
          series: [
            {
              type: 'scatter',
              symbolSize: 7,
              itemStyle: {color: ink.point, opacity: 0.7},
              data: numbers.map(row => [row[x], row[y]]),
            },
          ],
        };
      const bars = histogram(numbers.map(row => row[x]));
      return {
        ...common,
        xAxis: {
          ...axisStyle(ink),
          type: 'category',
          data: bars.map(bar => bar.from),
          name: name(x),
          nameLocation: 'middle',
          nameGap: 30,
        },
        yAxis: axis('rows', {nameGap: 46, scale: false, minInterval: 1}),
        series: [{type: 'bar', barCategoryGap: '8%', itemStyle: {color: ink.point}, data: bars.map(bar => bar.count)}],
      };
    },
    [numbers, x, y],
  );
  if (columns.length === 0 || (numbers.length === 0 && !y)) return null;
  return (
    <section class="panel">
      <h2>Chart</h2>
      <div class="fields">
        <Choice label="Column" value={x} onChange={setX} columns={columns} />
        <Choice label="Against" value={y} onChange={setY} columns={columns} none="how many rows" />
      </div>
      <Chart
        option={option}
        height={320}
        label={y ? `${name(y)} against ${name(x)} of ${source}` : `How ${name(x)} of ${source} is spread`}
      />
      <p class="note">
        {numbers.length} of {rows.length} rows have numbers here.
      </p>
    </section>
  );
}
