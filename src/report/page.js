// Draws the figure of an HTML page as large as the window, and handles pointer, wheel, search box and buttons.
(function() {
function part(id) { return document.getElementById(id); }
var figure = JSON.parse(part('figure').textContent);
var map = figure.heat_map;
var box = part('chart');
var many = figure.points.some(function(points) { return points.x.length > 3000; });
var chart = echarts.init(box, null, {renderer: map || many ? 'canvas' : 'svg'});
var whole = {x: [0, 100], y: [0, 100]};
var zoom = whole;
var query = '';

// Every axis but that of the colour bar.
function axesOfPlot(option) {
  return option.xAxis.map(function(axis, i) { return i; }).filter(function(i) {
    return option.xAxis[i].gridIndex <= figure.tracks.length;
  });
}

function zoomOption(option, layout) {
  var axes = axesOfPlot(option);
  var out = [
    {type: 'inside', xAxisIndex: axes, filterMode: 'none', start: zoom.x[0], end: zoom.x[1]},
    {type: 'inside', yAxisIndex: [figure.tracks.length], filterMode: 'none', start: zoom.y[0], end: zoom.y[1]}
  ];
  if (layout.slider)
    out.push({
      type: 'slider',
      xAxisIndex: axes,
      filterMode: 'none',
      start: zoom.x[0],
      end: zoom.x[1],
      bottom: 8,
      height: 22,
      left: layout.main.left,
      width: layout.main.width,
      showDataShadow: false,
      brushSelect: false
    });
  return out;
}

function boxOf(width, height) { return {width: width, height: height, page: true, zoom: zoom}; }

// Whether a place or a point is what is searched for: numbers must be whole ones, texts may be parts.
function fits(text, number) {
  if (/^\d+$/.test(query) && number !== undefined) return String(number) === query;
  return text.toLowerCase().indexOf(query) >= 0;
}

function placesFound(axis) {
  var exact = [], all = [];
  if (!query || !axis.categories) return all;
  axis.categories.forEach(function(text, i) {
    if (text.toLowerCase() === query) exact.push(i);
    if (fits(text, axis.numbers && axis.numbers[i])) all.push(i);
  });
  return exact.length ? exact : all;
}

// Columns and rows of a map (or bars) that were found, framed.
function frames(columns, rows, grid) {
  var count = [figure.x.categories.length, map ? map.rows : 1];
  return {
    type: 'custom',
    xAxisIndex: grid,
    yAxisIndex: grid,
    silent: true,
    clip: true,
    z: 20,
    tooltip: {show: false},
    data: columns.map(function(at) { return [at, 0, 0]; }).concat(rows.map(function(at) { return [0, at, 1]; })),
    encode: {x: [], y: []},
    renderItem: function(params, api) {
      var isRow = api.value(2) === 1;
      var middle = api.coord([api.value(0), api.value(1)]);
      var cell = api.size([1, 1]);
      var area = params.coordSys;
      var shape = isRow ? {x: area.x, y: middle[1] - cell[1] / 2, width: area.width, height: cell[1]} :
                          {x: middle[0] - cell[0] / 2, y: area.y, width: cell[0], height: area.height};
      return {type: 'rect', shape: shape, style: {fill: 'rgba(214,39,120,0.12)', stroke: '#D62778', lineWidth: 2}};
    }
  };
}

// Points that were not found step back; those that were have their names written.
function markPoints(option) {
  var count = 0;
  option.series.forEach(function(series) {
    if (series.type !== 'scatter') return;
    series.data = series.data.map(function(item) {
      var hit = fits(item.name || '', undefined) || series.name.toLowerCase().indexOf(query) >= 0;
      count += hit ? 1 : 0;
      return {
        value: item.value,
        name: item.name,
        symbolSize: hit ? Math.max(10, series.symbolSize * 1.4) : series.symbolSize,
        itemStyle: Object.assign({}, item.itemStyle, {opacity: hit ? 1 : 0.12, borderColor: hit ? '#222' : undefined, borderWidth: hit ? 1 : 0}),
        label: {show: hit}
      };
    });
  });
  return count;
}

function showFound(option) {
  if (!query) {
    part('found').textContent = '';
    return;
  }
  var count;
  if (figure.x.categories) {
    var columns = placesFound(figure.x);
    var rows = map ? placesFound(figure.y) : [];
    option.series.push(frames(columns, rows, figure.tracks.length));
    count = map && map.square ? Math.max(columns.length, rows.length) : columns.length + rows.length;
  } else
    count = markPoints(option);
  part('found').textContent = count + (count === 1 ? ' match' : ' matches');
}

function zoomText() {
  var x = zoom.x[1] - zoom.x[0], y = zoom.y[1] - zoom.y[0];
  if (x > 99.9 && y > 99.9) return 'wheel to zoom, drag to move';
  var text = 'zoom ' + shortNumber(Number((100 / Math.min(x, y)).toPrecision(2))) + '×';
  var names = figure.x.categories;
  if (!names) return text;
  var at = zoom.x.map(function(end) { return end / 100 * (names.length - 1); });
  return text + ', ' + names[Math.round(at[0])] + ' to ' + names[Math.round(at[1])];
}

function optionFor(width, height) {
  var option = figureOption(figure, boxOf(width, height));
  showFound(option);
  return option;
}

function draw() {
  var option = optionFor(box.clientWidth, box.clientHeight);
  option.dataZoom = zoomOption(option, layoutOf(figure, boxOf(box.clientWidth, box.clientHeight)));
  chart.setOption(option, true);
  part('zoom').textContent = zoomText();
  part('reset').disabled = zoom === whole;
}

var waiting = null;
chart.on('datazoom', function() {
  var now = chart.getOption().dataZoom;
  zoom = {x: [now[0].start, now[0].end], y: [now[1].start, now[1].end]};
  part('zoom').textContent = zoomText();
  part('reset').disabled = false;
  clearTimeout(waiting);
  waiting = setTimeout(draw, 250);  // other numbers on the axes
});
window.addEventListener('resize', function() {
  chart.resize();
  draw();
});
part('reset').addEventListener('click', function() {
  zoom = whole;
  draw();
});
part('search').addEventListener('input', function() {
  query = part('search').value.trim().toLowerCase();
  draw();
});

// What is seen now, as it would be printed.
function download(url, extension) {
  var link = document.createElement('a');
  link.href = url;
  link.download = (figure.title.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 60) || 'figure') + extension;
  link.click();
}
function still() {
  var option = optionFor(box.clientWidth, box.clientHeight);
  option.dataZoom = zoomOption(option, {slider: 0});
  return option;
}
window.pictureSvg = function() { return optionSvg(still(), box.clientWidth, box.clientHeight); };
window.picturePng = function() {
  var place = document.createElement('div');
  var copy = echarts.init(place, null, {renderer: 'canvas', width: box.clientWidth, height: box.clientHeight});
  copy.setOption(still());
  var url = copy.getDataURL({pixelRatio: 2, backgroundColor: '#FFFFFF'});
  copy.dispose();
  return url;
};
part('svg').addEventListener('click', function() {
  download(URL.createObjectURL(new Blob([window.pictureSvg()], {type: 'image/svg+xml'})), '.svg');
});
part('png').addEventListener('click', function() { download(window.picturePng(), '.png'); });

// The value under the pointer; points of a map are named with it.
function markAt(column, row) {
  var names = [];
  figure.points.forEach(function(points) {
    for (var i = 0; i < points.x.length; ++i)
      if (points.x[i] === column && points.y[i] === row) {
        names.push(points.name);
        break;
      }
  });
  return names;
}
window.cellText = function(column, row) {
  var lines = [
    (figure.y.name || 'row') + ': ' + figure.y.categories[row],
    (figure.x.name || 'column') + ': ' + figure.x.categories[column],
    (map.below_diagonal && (row > column || !map.name) ? map.below_diagonal : map.name || 'value') + ': ' +
        shortNumber(map.values[row * map.columns + column])
  ];
  figure.tracks.forEach(function(track) { lines.push(track.name + ': ' + shortNumber(track.values[column])); });
  return lines.concat(markAt(column, row)).join('\n');
};
function showCell(event) {
  var grid = {gridIndex: figure.tracks.length};
  var pixel = [event.offsetX, event.offsetY];
  var note = part('cell');
  var at = chart.containPixel(grid, pixel) ? chart.convertFromPixel(grid, pixel).map(Math.round) : null;
  note.style.display = at ? 'block' : 'none';
  if (!at) return;
  note.textContent = window.cellText(at[0], at[1]);
  var place = box.getBoundingClientRect();
  note.style.left = Math.min(place.left + pixel[0] + 14, window.innerWidth - note.offsetWidth - 8) + 'px';
  note.style.top = Math.min(place.top + pixel[1] + 14, window.innerHeight - note.offsetHeight - 8) + 'px';
}
if (map) {
  chart.getZr().on('mousemove', showCell);
  chart.getZr().on('globalout', function() { part('cell').style.display = 'none'; });
}
if (!map && figure.points.length + figure.bars.length === 0) part('search').style.display = 'none';
draw();
})();
