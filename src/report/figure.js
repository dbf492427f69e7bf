// A figure (the JSON of figure_json.cpp) -> the option that ECharts draws it from. Runs in Duktape, so ES5.
var kColours = [
  '#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000', '#F0E442', '#999999', '#7F3C8D',
  '#A5AA99', '#1F6F54'
];  // Okabe and Ito's, told apart by colour-blind readers, then greys and darks
var kText = '#222222';
var kFont = 'DejaVu Sans, Helvetica, Arial, sans-serif';

function escapeHtml(text) { return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;'); }

// Four significant digits, without the zeros at the end.
function shortNumber(value) {
  return value === null || value === undefined ? '–' : String(Number(Number(value).toPrecision(4)));
}

function axisOption(axis, gap) {
  var option = {
    name: axis.name,
    nameLocation: 'middle',
    nameGap: gap,
    inverse: axis.falling,
    nameTextStyle: {color: kText, fontSize: 14, fontFamily: kFont},
    axisLabel: {color: kText, fontSize: 12, fontFamily: kFont, hideOverlap: true},
    axisLine: {show: true, onZero: false, lineStyle: {color: '#666666'}},
    axisTick: {show: true}
  };
  if (axis.categories) {
    option.type = 'category';
    option.data = axis.categories;
    option.axisTick.alignWithLabel = true;
    option.axisTick.interval = 'auto';
  } else {
    option.type = axis.logarithmic ? 'log' : 'value';
    option.scale = true;
    option.splitLine = {lineStyle: {color: '#E4E4E4'}};
    if (axis.low !== null) option.min = axis.low;
    if (axis.high !== null) option.max = axis.high;
  }
  return option;
}

function pairs(series) {
  return series.x.map(function(x, i) { return [x, series.y[i]]; });
}

function lineSeries(line) {
  return {type: 'line', name: line.name, data: pairs(line), showSymbol: line.x.length < 2, lineStyle: {width: 2}};
}

var kMostWritten = 60;  // labels of points beside them; of more they are shown on hover alone

function labelsOf(figure) {
  return figure.points.reduce(function(sum, points) { return sum + (points.labels ? points.labels.length : 0); }, 0);
}

function pointSeries(points, written) {
  return {
    type: 'scatter',
    name: points.name,
    symbolSize: points.size,
    itemStyle: {opacity: 0.85},
    label: {show: written, formatter: '{b}', position: 'right', color: kText, fontSize: 11, fontFamily: kFont},
    labelLayout: {hideOverlap: true},
    data: pairs(points).map(function(at, i) { return {value: at, name: points.labels ? points.labels[i] : ''}; })
  };
}

function barSeries(bars) { return {type: 'bar', name: bars.name, data: bars.values, barMaxWidth: 48}; }

// The heat map is one image laid over the cells: a drawing of each of a hundred thousand cells would be of no use.
function mapSeries(map) {
  return {
    type: 'custom',
    name: map.name,
    data: [[0, 0]],
    clip: true,
    tooltip: {show: false},
    silent: true,
    z: 1,
    renderItem: function(params, api) {
      var first = api.coord([0, 0]);
      var last = api.coord([map.columns - 1, map.rows - 1]);
      var cell = api.size([1, 1]);
      return {
        type: 'image',
        style: {
          image: map.image,
          x: Math.min(first[0], last[0]) - cell[0] / 2,
          y: Math.min(first[1], last[1]) - cell[1] / 2,
          width: cell[0] * map.columns,
          height: cell[1] * map.rows
        }
      };
    }
  };
}

function colourBar(map) {
  return {
    type: 'continuous',
    min: map.low,
    max: map.high,
    seriesIndex: 1,
    inRange: {color: map.colours},
    right: 14,
    top: 'center',
    itemWidth: 16,
    itemHeight: 220,
    precision: 3,
    calculable: false,
    hoverLink: false,
    text: [shortNumber(map.high), shortNumber(map.low)],
    textStyle: {color: kText, fontFamily: kFont}
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
    } else
      lines.push(escapeHtml(figure.y.name || 'value') + ': ' + shortNumber(value));
    return lines.join('<br>');
  };
}

function seriesOf(figure) {
  var map = figure.heat_map;
  var series =
      map ? [mapSeries(map), {type: 'scatter', data: []}] : [];  // the second is what the colour bar belongs to
  var written = labelsOf(figure) <= kMostWritten;
  return series.concat(
      figure.bars.map(barSeries), figure.lines.map(lineSeries),
      figure.points.map(function(points) { return pointSeries(points, written); }));
}

function figureOption(figure) {
  var shown = figure.bars.concat(figure.lines, figure.points);
  var names = shown.map(function(series) { return series.name; }).filter(function(name) { return name !== ''; });
  var legend = names.length > 1 || (figure.heat_map && names.length > 0);
  var option = {
    animation: false,
    color: kColours,
    backgroundColor: '#FFFFFF',
    textStyle: {fontFamily: kFont, color: kText},
    title: {
      text: figure.title,
      subtext: figure.subtitle,
      left: 'center',
      top: 10,
      textStyle: {fontSize: 18, fontWeight: 'bold', color: kText, fontFamily: kFont},
      subtextStyle: {fontSize: 12, color: '#555555', fontFamily: kFont}
    },
    legend: legend ? {bottom: 6, type: 'scroll', data: names, textStyle: {color: kText, fontFamily: kFont}} : undefined,
    grid: {left: 84, right: figure.heat_map ? 104 : 40, top: figure.subtitle ? 74 : 58, bottom: legend ? 88 : 62},
    tooltip: {trigger: 'item', formatter: hoverText(figure), confine: true},
    xAxis: axisOption(figure.x, 34),
    yAxis: axisOption(figure.y, 58),
    series: seriesOf(figure)
  };
  if (figure.heat_map) option.visualMap = colourBar(figure.heat_map);
  return option;
}

// ECharts' counters go on from picture to picture: classes (for its pages only) go, other names are counted anew. librsvg
// and others know neither `dominant-baseline` nor how to fill a box with an image.
function portableSvg(svg) {
  var names = {};
  var count = 0;
  return svg.replace(/ class="zr\d+-cls-\d+"/g, '')
      .replace(/<style[^]*?<\/style>/g, '')
      .replace(/zr\d+-[a-z]+\d+/g, function(name) { return names[name] || (names[name] = 'part-' + ++count); })
      .replace(/dominant-baseline="central"/g, 'dy="0.35em"')
      .replace(/<image /g, '<image preserveAspectRatio="none" ');
}

// Called by the program: the whole picture as SVG text. Letters are taken to be as wide as DejaVu Sans has them on
// average, which leaves more room than ECharts' guess.
function figureSvg(figure) {
  echarts.setPlatformAPI({
    measureText: function(text, font) {
      var size = parseFloat(/([0-9.]+)px/.exec(font || '12px')[1]);
      return {width: 0.6 * size * text.length};
    }
  });
  var chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width: figure.width, height: figure.height});
  chart.setOption(figureOption(figure));
  var svg = chart.renderToSVGString();
  chart.dispose();
  return portableSvg(svg);
}
