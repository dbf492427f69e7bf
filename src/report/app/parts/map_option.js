// What ECharts draws of a map: the picture of its cells, the axes beside it, marks, the cursor, and a track above.
import {axisStyle} from './chart.jsx';
import {mapPicture} from './map_picture.js';

// Letters where there is room for them, and round numbers.
function sequenceTicks({letters, numbers, columns}, pixels) {
  const round = pixels >= 13 ? 5 : pixels >= 5 ? 10 : pixels >= 2.5 ? 20 : 50,
    all = numbers.map((unused, at) => at);
  if (pixels >= 13)
    return {
      customValues: all,
      lineHeight: 15,
      formatter: at => letters[at] + (numbers[at] % round ? '' : `\n${numbers[at]}`),
      hideOverlap: false,
    };
  return {
    customValues: all.filter(at => numbers[at] % round === 0),
    formatter: at => String(numbers[at]),
    hideOverlap: true,
  };
}

/// Room for names, and the height for `width`, in pixels.
export function mapLayout({square, rows, rowNames, track}, width, narrow) {
  // Few rows are named one by one.
  const named = square && rows <= 30;
  const longest = named ? Math.max(...rowNames.map(name => name.length)) : 0;
  const top = track ? 84 : 12;
  const left = Math.min(narrow ? 96 : 150, Math.max(narrow ? 44 : 58, 7 * longest + 16));
  const bottom = named ? 12 + 5 * Math.min(18, longest) + 16 : 50;
  const height = square ? Math.min(Math.max(260, width), 640) + bottom - 20 : rows * (narrow ? 15 : 19) + top + 66;
  return {named, top, left, bottom, height, narrow};
}

/// `props` are those of HeatMap, `view` the parts that are seen, `cursor` {row, column} or null.
export function mapOption(props, map, {layout, view, cursor}, ink, wide) {
  const {rows, columns, square, marks, track} = props,
    {named, top, left, bottom, height, narrow} = layout;
  const grid = {left, right: 14, top, bottom: square ? bottom : 54};
  if (square) {
    const side = Math.min(wide - left - 14, height - top - bottom);
    Object.assign(grid, {
      width: side,
      height: side,
      left: Math.max(left, (wide - side) / 2),
      right: undefined,
      bottom: undefined,
    });
  }
  const range = (count, [from, to]) => ({min: from * count - 0.5, max: to * count - 0.5});
  const names = names => at => (Number.isInteger(at) ? (names[at] ?? '') : '');
  const all = count => Array.from({length: count}, (unused, at) => at);
  const ticks = props.letters
    ? sequenceTicks(props, (wide - left - 14) / columns / (view.x[1] - view.x[0]))
    : named
      ? {
          formatter: names(props.columnNames),
          customValues: all(columns),
          rotate: 40,
          width: 110,
          overflow: 'truncate',
        }
      : {formatter: names(props.columnNames), hideOverlap: true};
  const x = {
    ...axisStyle(ink),
    type: 'value',
    ...range(columns, view.x),
    name: props.columnTitle,
    nameLocation: 'middle',
    nameGap: 28,
    splitLine: {show: false},
    minInterval: 1,
    axisLine: {show: true, onZero: false, lineStyle: {color: ink.line}},
    axisLabel: {color: ink.soft, ...ticks},
  };
  const y = {
    ...axisStyle(ink),
    type: 'value',
    inverse: true,
    ...range(rows, view.y),
    name: props.rowTitle,
    nameLocation: 'middle',
    nameGap: left - 18,
    minInterval: 1,
    splitLine: {show: false},
    axisLine: {show: true, onZero: false, lineStyle: {color: ink.line}},
    axisLabel: {
      color: ink.soft,
      formatter: names(props.rowNames),
      hideOverlap: !named,
      fontSize: narrow ? 10 : 12,
      width: left - 12,
      overflow: 'truncate',
      customValues: square && !named ? undefined : all(rows),
    },
  };
  const picture = (params, api) => {
    const area = params.coordSys,
      ratio = window.devicePixelRatio || 1;
    const seen = {x0: view.x[0] * columns, x1: view.x[1] * columns, y0: view.y[0] * rows, y1: view.y[1] * rows};
    const image = mapPicture(map, seen, Math.round(area.width * ratio), Math.round(area.height * ratio));
    return {
      type: 'image',
      style: {image, x: area.x, y: area.y, width: area.width, height: area.height},
      silent: true,
    };
  };
  const box = (params, api) => {
    const middle = api.coord([api.value(0), api.value(1)]),
      [w, h] = api.size([1, 1]);
    const shape = {
      x: middle[0] - Math.max(w, 6) / 2,
      y: middle[1] - Math.max(h, 6) / 2,
      width: Math.max(w, 6),
      height: Math.max(h, 6),
    };
    return {type: 'rect', shape, style: {fill: 'none', stroke: ink.mark, lineWidth: 2}};
  };
  const series = [
    {
      type: 'custom',
      clip: true,
      silent: true,
      data: [[0, 0]],
      encode: {x: -1, y: -1},
      renderItem: picture,
      progressive: 0,
    },
    {
      type: 'scatter',
      silent: true,
      symbolSize: Math.min(5, Math.max(1.5, wide / columns / (view.x[1] - view.x[0]) / 3)),
      itemStyle: {color: ink.text},
      data: (marks ?? []).map(([row, column]) => [column, row]),
      animation: false,
    },
    {
      type: 'custom',
      silent: true,
      clip: true,
      data: cursor ? [[cursor.column, cursor.row]] : [],
      encode: {x: 0, y: 1},
      renderItem: box,
    },
  ];
  const out = {animation: false, grid: [grid], xAxis: [x], yAxis: [y], series};
  if (track) {
    out.grid.push({left, right: 14, top: 24, height: 48});
    out.xAxis.push({...x, gridIndex: 1, name: '', axisLabel: {show: false}, axisTick: {show: false}});
    out.yAxis.push({
      ...axisStyle(ink),
      type: 'value',
      gridIndex: 1,
      splitNumber: 2,
      name: track.name,
      nameGap: 12,
      nameTextStyle: {align: 'left', color: ink.soft, padding: [0, 0, 0, -left + 10]},
    });
    out.series.push({
      type: 'bar',
      xAxisIndex: 1,
      yAxisIndex: 1,
      barWidth: '80%',
      silent: true,
      itemStyle: {color: ink.soft},
      clip: true,
      data: track.values.map((one, at) => [at, one]),
    });
  }
  return out;
}
