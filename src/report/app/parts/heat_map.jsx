// A map of rows and columns: pointer, touch and arrow keys tell what a cell holds; it can be enlarged and saved.
import {useCallback, useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {useStore} from '../store.js';
import {Chart} from './chart.jsx';
import {saveMap} from './map_file.js';
import {mapLayout, mapOption} from './map_option.js';
import {dark, palette, useColours} from './theme.js';

function number(x) {
  return Number(x.toPrecision(3));
}

function Legend({map}) {
  const {stops} = map.palette;
  return (
    <div class="legend">
      <span>{map.legend}</span>
      <span class="number">{number(map.low)}</span>
      <span class="ramp" style={{background: `linear-gradient(90deg, ${stops.join(', ')})`}}></span>
      <span class="number">{number(map.high)}</span>
      {map.marked && (
        <span>
          <i class="dot"></i>
          {map.marked}
        </span>
      )}
    </div>
  );
}

// So much of the map is in view, in parts of its length.
const kWhole = {x: [0, 1], y: [0, 1]};

function zoomed(view, factor, middle, square) {
  const axis = ([from, to], centre) => {
    const width = Math.min(1, Math.max(0.02, (to - from) * factor));
    const start = Math.min(1 - width, Math.max(0, centre - width / 2));
    return [start, start + width];
  };
  return {x: axis(view.x, middle.x), y: square ? axis(view.y, middle.y) : view.y};
}

/// Props: title (names the file), label (for those who do not see it), legend, rows, columns, value(row, column),
/// rowNames, columnNames, low, high, text(row, column), square, colours (a name in theme.js); and may have letters and
/// numbers (of a sequence, along the columns), marks [[row, column]], marked (what they are), track {name, values},
/// rowTitle, columnTitle, onCell(row, column).
export function HeatMap(props) {
  const {rows, columns, square, title, label, marks, track, text, value, low, high} = props;
  const isDark = useStore(dark),
    colours = useColours();
  const narrow = window.innerWidth < 640;
  const [view, setView] = useState(() =>
    narrow && !square && columns > 45 ? {x: [0, 45 / columns], y: [0, 1]} : kWhole,
  );
  const [cursor, setCursor] = useState(null);
  const [hint, setHint] = useState(null);
  const chart = useRef(null),
    frame = useRef(null);
  const [width, setWidth] = useState(600);
  useEffect(() => setWidth(frame.current.clientWidth), []);
  const map = useMemo(() => {
    const chosen = palette(props.colours ?? 'viridis', isDark);
    const none = [1, 3, 5].map(at => parseInt(colours.none.slice(at, at + 2), 16));
    return {
      rows,
      columns,
      value,
      none,
      low,
      high,
      palette: chosen,
      legend: props.legend,
      marked: props.marked,
      colour: one => chosen.at((one - low) / (high - low || 1)),
    };
  }, [rows, columns, value, low, high, isDark, props.colours]);

  const layout = mapLayout(props, width, narrow),
    height = layout.height;

  const option = useCallback(
    (ink, wide) => mapOption(props, map, {layout, view, cursor}, ink, wide),
    [map, view, cursor, marks, track, square, height, width],
  );

  const cellAt = event => {
    const pixel = [event.offsetX, event.offsetY];
    if (!chart.current?.containPixel({gridIndex: 0}, pixel)) return null;
    const [column, row] = chart.current.convertFromPixel({gridIndex: 0}, pixel).map(Math.round);
    return row >= 0 && row < rows && column >= 0 && column < columns ? {row, column, pixel} : null;
  };
  const choose = cell => {
    setCursor(cell);
    if (cell) props.onCell?.(cell.row, cell.column);
  };
  const live = useRef({});
  live.current = {cellAt, choose};
  const onChart = useCallback(made => {
    chart.current = made;
    if (!made) return;
    made.getZr().on('mousemove', event => setHint(live.current.cellAt(event)));
    made.getZr().on('globalout', () => setHint(null));
    made.getZr().on('click', event => live.current.choose(live.current.cellAt(event)));
  }, []);
  const onKey = event => {
    const step = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[event.key];
    if (!step) return;
    event.preventDefault();
    const from = cursor ?? {row: 0, column: -1};
    const limit = (at, count) => Math.min(count - 1, Math.max(0, at));
    const next = {row: limit(from.row + step[0], rows), column: limit(from.column + step[1], columns)};
    const part = {x: (next.column + 0.5) / columns, y: (next.row + 0.5) / rows};
    if (part.x < view.x[0] || part.x > view.x[1] || part.y < view.y[0] || part.y > view.y[1])
      setView(zoomed(view, 1, part, square));
    choose(next);
  };
  const zoom = factor => {
    const centre = ([from, to]) => (from + to) / 2;
    const middle = cursor
      ? {x: (cursor.column + 0.5) / columns, y: (cursor.row + 0.5) / rows}
      : {x: centre(view.x), y: centre(view.y)};
    setView(zoomed(view, factor, middle, square));
  };
  const whole = view.x[1] - view.x[0] > 0.999 && view.y[1] - view.y[0] > 0.999;
  const along = event => {
    const size = view.x[1] - view.x[0],
      from = (Number(event.target.value) / 1000) * (1 - size);
    setView({...view, x: [from, from + size]});
  };
  return (
    <figure class="map" ref={frame}>
      <div class="bar">
        <button type="button" onClick={() => zoom(0.5)} aria-label="Enlarge the map">
          +
        </button>
        <button type="button" onClick={() => zoom(2)} disabled={whole} aria-label="Show more of the map">
          −
        </button>
        <button type="button" onClick={() => setView(kWhole)} disabled={whole}>
          Whole map
        </button>
        <button type="button" onClick={() => saveMap(chart.current, map, title, colours)}>
          Save PNG
        </button>
      </div>
      <div
        class="hoverable"
        tabIndex={0}
        role="group"
        aria-label={`${label}; arrow keys move from cell to cell`}
        onKeyDown={onKey}
      >
        <Chart option={option} height={height} label={label} onChart={onChart} />
        {hint && (
          <div
            class="hint"
            style={{left: `${Math.min(hint.pixel[0] + 14, width - 190)}px`, top: `${hint.pixel[1] + 14}px`}}
          >
            {text(hint.row, hint.column)}
          </div>
        )}
      </div>
      {!whole && !square && (
        <input
          class="along"
          type="range"
          min="0"
          max="1000"
          aria-label="Which part of the map is shown"
          value={Math.round((1000 * view.x[0]) / (1 - (view.x[1] - view.x[0])))}
          onInput={along}
        />
      )}
      <Legend map={map} />
      <p class="cell" aria-live="polite">
        {cursor ? text(cursor.row, cursor.column) : 'Point at a cell, tap it, or use the arrow keys.'}
      </p>
    </figure>
  );
}
