// Turns a figure (the JSON of figure_json.cpp) into the options from which ECharts draws it. Runs in Duktape, so ES5.
var kColours = [
  '#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000', '#7F3C8D', '#999999', '#A2762A',
  '#A5AA99', '#1F6F54', '#525252'
];  // Okabe and Ito's but for their yellow, told apart by colour-blind readers; then darks and greys
var kText = '#222222';
var kShapes = {
  circle: 'circle',
  ring: 'circle',
  square: 'rect',
  cross: 'path://M2,0L5,3L8,0L10,2L7,5L10,8L8,10L5,7L2,10L0,8L3,5L0,2Z'
};

function escapeHtml(text) {
  return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

function font(size) { return {color: kText, fontSize: size, fontFamily: kFont}; }

// The subtitle, and what the colours do not show.
function notesOf(figure) {
  var notes = figure.subtitle ? [figure.subtitle] : [];
  [figure.heat_map, figure.point_scale].forEach(function(scale) {
    if (scale && scale.name && scale.below + scale.above > 0)
      notes.push(
          scale.below + scale.above + ' of ' + scale.count + ' values lie beyond the ends of the scale of colours');
  });
  return notes.join('\n');
}

function barLabels(scale) {
  var labels = [];
  for (var i = 0; i <= 4; ++i) labels.push(shortNumber(scale.low + (scale.high - scale.low) * i / 4));
  if (scale.below > 0) labels[0] = '≤ ' + labels[0];
  if (scale.above > 0) labels[4] = '≥ ' + labels[4];
  return labels;
}

function colourAt(scale, value) {
  if (value === null) return '#CCCCCC';
  var t = scale.high > scale.low ? (value - scale.low) / (scale.high - scale.low) : 0.5;
  var at = Math.max(0, Math.min(1, t)) * (scale.colours.length - 1);
  var low = Math.min(Math.floor(at), scale.colours.length - 2);
  var parts = [1, 3, 5].map(function(i) {
    var a = parseInt(scale.colours[low].substr(i, 2), 16), b = parseInt(scale.colours[low + 1].substr(i, 2), 16);
    return Math.round(a + (b - a) * (at - low));
  });
  return 'rgb(' + parts.join(',') + ')';
}

function pairs(series, first) {
  return series.x.map(function(x, i) { return [x - (first || 0), series.y[i]]; });
}

// The colours of series without one of their own, in turn.
function withColours(figure) {
  var next = 0;
  figure.bars.concat(figure.lines, figure.points).forEach(function(series) {
    series.ink = kColours[(series.colour === undefined ? next++ : series.colour) % kColours.length];
  });
}

function lineSeries(line) {
  return {
    type: 'line',
    name: line.name,
    data: pairs(line),
    symbol: line.x.length < 2 ? 'circle' : 'none',
    color: line.ink,
    z: 4,
    lineStyle: {width: 2, type: line.stroke, color: line.ink}
  };
}

var kMostWritten = 60;  // labels of points beside them; of more they are shown on hover alone

function labelsOf(figure) {
  return figure.points.reduce(function(sum, points) { return sum + (points.labels ? points.labels.length : 0); }, 0);
}

// Beside its point, on the other side where the picture ends.
function labelPlace(width) {
  return function(at) {
    var out = {hideOverlap: true};
    if (at.labelRect.x + at.labelRect.width > width - 4) {
      out.x = at.rect.x - 4;
      out.align = 'right';
    }
    return out;
  };
}

function pointSeries(points, figure, layout, width) {
  var written = labelsOf(figure) <= kMostWritten && !figure.heat_map;
  var cell = layout.main.cell;
  var ring = points.shape === 'ring';
  var size = points.size || Math.max(3, 0.8 * Math.min(cell.width, cell.height));
  var data = pairs(points).map(function(at, i) {
    var item = {value: at, name: points.labels ? points.labels[i] : ''};
    if (points.values) item.itemStyle = {color: colourAt(figure.point_scale, points.values[i])};
    return item;
  });
  return {
    type: 'scatter',
    name: points.name,
    symbol: kShapes[points.shape],
    symbolSize: size,
    color: points.ink,
    itemStyle: ring ? {color: 'transparent', borderColor: points.ink, borderWidth: 2} :
                      {opacity: points.x.length > 1000 ? 0.5 : 0.85},
    label: {
      show: written,
      formatter: function(item) { return elided(item.name, kTickSize, 220); },
      position: 'right',
      color: kText,
      fontSize: kTickSize,
      fontFamily: kFont
    },
    labelLayout: labelPlace(width),
    data: data
  };
}

// Bars of which one stands out are two series drawn over each other. `room`: pixels of a bar; its value needs some.
function barSeries(bars, room) {
  var few = room >= 26;
  var marked = bars.marked;
  function part(name, ink, wanted) {
    return {
      type: 'bar',
      name: name,
      color: ink,
      barMaxWidth: 48,
      barGap: marked === undefined ? '10%' : '-100%',
      label: {
        show: few,
        position: 'top',
        fontSize: 10,
        color: kText,
        fontFamily: kFont,
        formatter: function(item) { return item.value === null ? '' : String(Number(item.value.toPrecision(2))); }
      },
      data: bars.values.map(function(value, i) { return wanted(i) ? value : null; })
    };
  }
  if (marked === undefined) return [part(bars.name, bars.ink, function() { return true; })];
  return [
    part(bars.name, bars.ink, function(i) { return i !== marked; }),
    part(bars.marked_name, kColours[1], function(i) { return i === marked; })
  ];
}

// The heat map is one image laid over the cells: a drawing of each of a hundred thousand cells would be of no use.
function mapSeries(block, rows) {
  return {
    type: 'custom',
    data: [[0, 0]],
    clip: true,
    tooltip: {show: false},
    silent: true,
    z: 1,
    renderItem: function(params, api) {
      var first = api.coord([0, 0]);
      var last = api.coord([block.count - 1, rows - 1]);
      var cell = api.size([1, 1]);
      return {
        type: 'image',
        style: {
          image: block.image,
          x: Math.min(first[0], last[0]) - cell[0] / 2,
          y: Math.min(first[1], last[1]) - cell[1] / 2,
          width: cell[0] * block.count,
          height: cell[1] * rows
        }
      };
    }
  };
}

function trackSeries(panel) {
  return {
    type: 'bar',
    name: panel.track.name,
    data: panel.track.values.slice(panel.block.first, panel.block.first + panel.block.count),
    color: '#7A8793',
    barCategoryGap: '15%',
    silent: true,
    tooltip: {show: false}
  };
}

function barGradient(bar) {
  var colours = bar.scale.colours;
  return {
    type: 'custom',
    data: [[0, bar.scale.low]],
    silent: true,
    tooltip: {show: false},
    renderItem: function(params) {
      var at = params.coordSys;
      var stops = colours.map(function(colour, i) { return {offset: i / (colours.length - 1), color: colour}; });
      return {
        type: 'rect',
        shape: {x: at.x, y: at.y, width: at.width, height: at.height},
        style: {fill: new echarts.graphic.LinearGradient(0, 1, 0, 0, stops), stroke: '#666666', lineWidth: 0.5}
      };
    }
  };
}

// What a point of a series says on hover.
function hoverText(figure) {
  return function(item) {
    var value = item.value;
    var lines = item.seriesName ? [escapeHtml(item.seriesName)] : [];
    if (item.name) lines.push('<b>' + escapeHtml(item.name) + '</b>');
    if (value instanceof Array) {
      lines.push(escapeHtml(figure.x.name || 'x') + ': ' + shortNumber(value[0]));
      lines.push(escapeHtml(figure.y.name || 'y') + ': ' + shortNumber(value[1]));
      var shown = figure.points.filter(function(points) { return points.name === item.seriesName && points.values; })[0];
      if (shown) lines.push(escapeHtml(figure.point_scale.name) + ': ' + shortNumber(shown.values[item.dataIndex]));
    } else
      lines.push(escapeHtml(figure.y.name || 'value') + ': ' + shortNumber(value));
    return lines.join('<br>');
  };
}
