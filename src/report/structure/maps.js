// The map of pairs: predicted aligned errors, contact probabilities, or contacts of the coordinates.

function bytesOf(base64) {
  const text = atob(base64), out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) out[i] = text.charCodeAt(i);
  return out;
}

// Each map: size, the residue of each token, how many tokens a row has, a value for each pair (at), text of a value, and its colour.
function paeMap(model) {
  const pae = model.pae, values = bytesOf(pae.values), top = pae.max || 1;
  const at = (row, column) => {
    const byte = values[row * pae.size + column];
    return byte === 255 ? NaN : byte * pae.step;
  };
  const colour = value => {
    const part = Math.min(1, value / top);
    return [Math.round(245 * part), Math.round(60 + 190 * part), Math.round(30 + 215 * part)];
  };
  return {
    size: pae.size,
    tokens: pae.tokens,
    factor: pae.factor,
    at,
    colour,
    names: ['scored residue', 'aligned residue'],
    text: value => 'expected error ' + value.toFixed(1) + ' Å',
    legend: [0, top, 'Å'],
    note: pae.note
  };
}

function probabilityMap(model) {
  const map = model.probabilities, values = bytesOf(map.values);
  const at = (row, column) => {
    const byte = values[row * map.size + column];
    return byte === 255 ? NaN : byte * map.step;
  };
  return {
    size: map.size,
    tokens: map.tokens,
    factor: map.factor,
    at,
    colour: value => [Math.round(255 - 235 * value), Math.round(255 - 200 * value), Math.round(255 - 125 * value)],
    names: ['residue', 'residue'],
    text: value => 'contact probability ' + value.toFixed(2),
    legend: [0, 1, ''],
    note: map.note
  };
}

function contactMap(model) {
  const residues = model.contacts.residues, size = residues.length;
  const places = new Map(residues.map((r, i) => [r, i])), touching = new Set(), pairs = model.contacts.pairs;
  for (let k = 0; k < pairs.length; k += 2) {
    const [i, j] = [places.get(pairs[k]), places.get(pairs[k + 1])];
    touching.add(i * size + j).add(j * size + i);
  }
  return {
    size,
    tokens: residues,
    factor: 1,
    at: (row, column) => touching.has(row * size + column) ? 1 : 0,
    sparse: touching,
    colour: value => value > 0 ? [27, 79, 139] : [255, 255, 255],
    names: ['residue', 'residue'],
    text: value => value > 0 ? 'in contact' : 'not in contact',
    legend: null,
    note: model.contacts.note
  };
}

// The part of a map that is in view as a picture of so many pixels: cells that share a pixel are averaged, dots of
// contacts are at least two pixels wide.
function mapPicture(map, view, width, height) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d'), image = context.createImageData(width, height);
  const cell = (pixel, from, to, pixels) => from + (to - from) * pixel / pixels;
  if (map.sparse) {
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.fillStyle = 'rgb(27,79,139)';
    const x = column => Math.round((column - view.x0) * width / (view.x1 - view.x0));
    const y = row => Math.round((row - view.y0) * height / (view.y1 - view.y0));
    for (const pair of map.sparse) {
      const row = Math.floor(pair / map.size), column = pair % map.size;
      context.fillRect(x(column), y(row), Math.max(2, x(column + 1) - x(column)), Math.max(2, y(row + 1) - y(row)));
    }
    return canvas;
  }
  const limit = at => Math.min(map.size, Math.max(0, at));
  for (let y = 0; y < height; ++y) {
    const r0 = limit(Math.floor(cell(y, view.y0, view.y1, height)));
    const r1 = limit(Math.max(r0 + 1, Math.floor(cell(y + 1, view.y0, view.y1, height))));
    for (let x = 0; x < width; ++x) {
      const c0 = limit(Math.floor(cell(x, view.x0, view.x1, width)));
      const c1 = limit(Math.max(c0 + 1, Math.floor(cell(x + 1, view.x0, view.x1, width))));
      let sum = 0, count = 0;
      for (let r = r0; r < r1; ++r)
        for (let c = c0; c < c1; ++c) {
          const value = map.at(r, c);
          if (value === value) {
            sum += value;
            ++count;
          }
        }
      const rgb = count ? map.colour(sum / count) : [222, 222, 222];
      image.data.set([rgb[0], rgb[1], rgb[2], 255], 4 * (y * width + x));
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function makeMaps(box, on) {
  const chart = echarts.init(box, null, {renderer: 'canvas'});
  let model = null, map = null, places = new Map();

  function chainRuns() {
    const out = [];
    map.residues.forEach((r, i) => {
      const chain = model.chain[r];
      if (out.length && out[out.length - 1].chain === chain)
        out[out.length - 1].end = i;
      else
        out.push({chain, start: i, end: i});
    });
    return out;
  }

  function axis(which, extra) {
    return Object.assign(
        {
          type: 'value',
          min: -0.5,
          max: map.size - 0.5,
          minInterval: 1,
          name: map.names[which],
          nameLocation: 'middle',
          nameGap: which ? 52 : 28,
          splitLine: {show: false},
          axisLine: {show: true, onZero: false},
          axisTick: {show: true},
          axisLabel: {formatter: at => placeLabel(model, map.residues[at]), hideOverlap: true}
        },
        extra);
  }

  // The names of the chains, above the map.
  function chainAxis(runs) {
    const middles = runs.map(run => (run.start + run.end) / 2);
    const name = at => {
      const run = runs[middles.findIndex(middle => Math.abs(middle - at) < 0.01)];
      return run ? shortName(model.chains[run.chain]) : '';
    };
    return axis(0, {
      position: 'top',
      name: '',
      axisTick: {show: false},
      axisLabel: {customValues: middles, formatter: name, hideOverlap: true, fontWeight: 'bold'}
    });
  }

  function picture(params, api) {
    const area = params.coordSys, ratio = window.devicePixelRatio || 1;
    const corner = chart.convertFromPixel({gridIndex: 0}, [area.x, area.y]);
    const other = chart.convertFromPixel({gridIndex: 0}, [area.x + area.width, area.y + area.height]);
    const view = {x0: corner[0] + 0.5, y0: corner[1] + 0.5, x1: other[0] + 0.5, y1: other[1] + 0.5};
    const image = mapPicture(map, view, Math.round(area.width * ratio), Math.round(area.height * ratio));
    return {type: 'image', style: {image, x: area.x, y: area.y, width: area.width, height: area.height}, silent: true};
  }

  function legend() {
    if (!map.legend) return undefined;
    const [low, high, unit] = map.legend, shown = x => Number(x.toFixed(2)), rgb = value => 'rgb(' + map.colour(value).join(',') + ')';
    return {
      type: 'continuous',
      min: low,
      max: high,
      dimension: 2,
      seriesIndex: 2,
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      itemWidth: 10,
      itemHeight: 130,
      text: [shown(high) + ' ' + unit, shown(low) + ' ' + unit],
      inRange: {color: [0, 1, 2, 3, 4].map(k => rgb(low + (high - low) * k / 4))}
    };
  }

  function show(next, which) {
    model = next;
    map = which === 'pae' ? paeMap(model) : model.probabilities ? probabilityMap(model) : contactMap(model);
    map.residues = Array.from({length: map.size}, (unused, i) => {
      const first = i * map.factor, last = Math.min(map.tokens.length, first + map.factor) - 1;
      return map.tokens[(first + last) >> 1];
    });
    places = new Map();
    map.tokens.forEach((r, i) => places.has(r) || places.set(r, Math.floor(i / map.factor)));
    const runs = chainRuns(), line = {type: 'solid', color: '#333', width: 1, opacity: 0.8};
    const borders = runs.slice(1).flatMap(run => [{xAxis: run.start - 0.5}, {yAxis: run.start - 0.5}]);
    chart.resize();
    chart.setOption(
        {
          animation: false,
          grid: {left: 74, right: 14, top: 24, bottom: map.legend ? 66 : 46},
          xAxis: [axis(0), chainAxis(runs)],
          yAxis: axis(1, {inverse: true}),
          visualMap: legend(),
          dataZoom: [
            {type: 'inside', xAxisIndex: [0, 1], filterMode: 'none'},
            {type: 'inside', yAxisIndex: 0, filterMode: 'none'}
          ],
          series: [
            {
              type: 'custom',
              clip: true,
              data: [[0, 0]],
              encode: {x: [], y: []},
              renderItem: picture,
              markLine: {silent: true, symbol: 'none', label: {show: false}, lineStyle: line, data: borders}
            },
            {id: 'cursor', type: 'line', data: [], markLine: {data: []}},
            {type: 'scatter', data: [], symbolSize: 0}
          ]
        },
        true);
    return map.note || '';
  }

  function mark(row, column) {
    const data = [];
    if (places.has(column)) data.push({xAxis: places.get(column)});
    if (places.has(row)) data.push({yAxis: places.get(row)});
    const lineStyle = {color: '#D62778', width: 1.5, type: 'solid'};
    chart.setOption({series: [{id: 'cursor', markLine: {silent: true, symbol: 'none', label: {show: false}, lineStyle, data}}]});
  }

  // [row, column] under the pointer.
  function cellAt(event) {
    if (!map || !chart.containPixel('grid', [event.offsetX, event.offsetY])) return null;
    const [x, y] = chart.convertFromPixel({gridIndex: 0}, [event.offsetX, event.offsetY]).map(Math.round);
    return x >= 0 && y >= 0 && x < map.size && y < map.size ? [y, x] : null;
  }
  function pairAt(cell) {
    return {row: map.residues[cell[0]], column: map.residues[cell[1]], text: map.text(map.at(cell[0], cell[1]))};
  }
  chart.getZr().on('mousemove', event => {
    const cell = cellAt(event);
    on.hover(cell ? pairAt(cell) : null);
  });
  chart.getZr().on('globalout', () => on.hover(null));
  chart.getZr().on('click', event => {
    const cell = cellAt(event);
    if (cell) on.click(pairAt(cell));
  });
  window.addEventListener('resize', () => chart.resize());

  // What the map says of two residues; empty where they are not in it.
  function said(row, column) {
    if (!map || !places.has(row) || !places.has(column)) return '';
    return map.text(map.at(places.get(row), places.get(column)));
  }
  return {show, mark, said, chart, pairAt};
}
