// Panels, axes and series put together as ECharts' option, and the whole as SVG. Runs in Duktape, so ES5.

function emptyAxis(grid) {
  return {
    gridIndex: grid,
    axisLine: {show: true, onZero: false, lineStyle: {color: '#666666'}},
    axisTick: {show: true, alignWithLabel: true},
    axisLabel: {color: kText, fontSize: kTickSize, fontFamily: kFont},
    splitLine: {show: false},
    nameLocation: 'middle',
    nameTextStyle: font(13)
  };
}

// share: the part of the axis that is in view. size: pixels that it has.
function categoryAxis(axis, grid, view) {
  var out = emptyAxis(grid);
  var categories = view.block ? axis.categories.slice(view.block.first, view.block.first + view.block.count) :
                                axis.categories;
  var first = view.block ? view.block.first : 0;
  var turned = view.turned;
  var ticks = turned ? {letters: false, at: function() { return true; }} :
                       ticksOf(axis, view.size / (categories.length * view.share), view.room);
  out.type = 'category';
  // ECharts counts what it hands to `formatter` from the first place in view: numbered places are told by their names.
  out.data = axis.numbers ? categories.map(function(text, i) { return String(i + first); }) : categories;
  out.inverse = axis.falling;
  out.axisTick.interval = function(index) { return ticks.at(index + first); };
  out.axisLabel.interval = function(index) { return ticks.letters || ticks.at(index + first); };
  out.axisLabel.formatter = function(text) {
    if (!axis.numbers) return elided(text, kTickSize, turned ? turned.length : kMostLabel);
    var at = Number(text);
    if (!ticks.letters) return String(axis.numbers[at]);
    return axis.categories[at].charAt(0);
  };
  if (turned) out.axisLabel.rotate = turned.angle;
  if (ticks.letters) out.axisTick.show = false;
  return out;
}

// Round numbers below an axis of letters: an axis of its own, as ECharts leaves labels out that touch those beside them.
function numbersBelow(axis, grid, view) {
  var out = categoryAxis(axis, grid, view);
  out.position = 'bottom';
  out.offset = 13;
  out.axisLine.show = out.axisTick.show = false;
  out.axisLabel.interval = out.axisTick.interval;
  out.axisLabel.formatter = function(text) { return String(axis.numbers[Number(text)]); };
  return out;
}

function numericAxis(axis, grid, range, share) {
  var out = emptyAxis(grid);
  out.type = axis.logarithmic ? 'log' : 'value';
  out.scale = true;
  out.inverse = axis.falling;
  out.splitNumber = 7;
  out.splitLine = {show: true, lineStyle: {color: '#E8E8E8'}};
  out.axisLabel.hideOverlap = true;
  if (range.low !== undefined) {
    out.min = range.low;
    out.max = range.high;
    if (share > 0.999) out.interval = range.step;
  }
  return out;
}

function trackAxis(track, grid, width) {
  var out = emptyAxis(grid);
  var range = numericRange({low: track.low, high: track.high, logarithmic: false}, track.values.concat([0]));
  var step = tidyStep((range.high - range.low) / 3.3);
  out.type = 'value';
  out.min = tidied(Math.floor(range.low / step + 1e-9) * step);
  out.max = track.high !== null ? track.high : tidied(Math.ceil(range.high / step - 1e-9) * step);
  out.axisLabel.showMaxLabel = Math.abs(out.max / step - Math.round(out.max / step)) < 1e-6;
  out.interval = step;
  out.axisLabel.formatter = shortNumber;
  out.name = elided(track.name, kTickSize, width);
  out.nameLocation = 'end';
  out.nameGap = 7;
  out.nameTextStyle = {color: kText, fontSize: kTickSize, fontFamily: kFont, align: 'left', padding: [0, 0, 0, 4]};
  return out;
}

function viewAlong(figure, panel, zoom) {
  return {
    block: panel.block,
    size: panel.width,
    share: (zoom.x[1] - zoom.x[0]) / 100,
    room: figure.x.numbers ? 28 : 0
  };
}

function hasLetters(figure, panel, zoom) {
  var view = viewAlong(figure, panel, zoom);
  return panel.kind === 'map' && figure.x.letters &&
      ticksOf(figure.x, view.size / (view.block.count * view.share), view.room).letters;
}

function xAxisOf(figure, layout, panel, grid, zoom) {
  var view = viewAlong(figure, panel, zoom);
  view.turned = layout.turned;
  var out = figure.x.categories ? categoryAxis(figure.x, grid, view) :
                                  numericAxis(figure.x, grid, layout.xRange, view.share);
  var last = layout.panels[layout.panels.length - 1] === panel;
  if (last && figure.x.name) {
    out.name = elided(figure.x.name, 13, panel.width);
    out.nameGap = layout.labelHeight;
  }
  if (panel.kind !== 'track') return out;
  out.axisLabel.show = false;
  out.axisTick.show = false;
  out.name = '';
  return out;
}

function yAxisOf(figure, layout, panel, grid, zoom) {
  if (panel.kind === 'track') return trackAxis(panel.track, grid, panel.width);
  var square = figure.heat_map && figure.heat_map.square;
  var view = {size: panel.height, share: (zoom.y[1] - zoom.y[0]) / 100, room: square || figure.y.numbers ? 28 : 11};
  var out = figure.y.categories ? categoryAxis(figure.y, grid, view) : numericAxis(figure.y, grid, layout.yRange, view.share);
  if (figure.y.name) {
    out.name = elided(figure.y.name, 13, panel.height);
    out.nameGap = layout.yLabel + 18;
  }
  return out;
}

function barAxis(bar, grid) {
  var out = emptyAxis(grid);
  var labels = barLabels(bar.scale);
  out.type = 'value';
  out.position = 'right';
  out.min = bar.scale.low;
  out.max = bar.scale.high;
  out.interval = (bar.scale.high - bar.scale.low) / 4;
  out.axisLabel.formatter = function(value) {
    var at = Math.round(4 * (value - bar.scale.low) / (bar.scale.high - bar.scale.low));
    return labels[Math.max(0, Math.min(4, at))];
  };
  out.axisLabel.showMinLabel = out.axisLabel.showMaxLabel = true;
  out.name = elided(bar.scale.name, kTextSize, bar.height * 1.5);
  out.nameRotate = 90;
  out.nameGap = widestOf(labels, kTickSize) + 22;
  out.nameTextStyle = font(kTextSize);
  return out;
}

// The points of a heat map's block, counted from its first column.
function pointsWithin(points, block) {
  var keep = points.x.map(function(x, i) { return i; }).filter(function(i) {
    return points.x[i] >= block.first && points.x[i] < block.first + block.count;
  });
  var out = {};
  for (var key in points) out[key] = points[key];
  out.x = keep.map(function(i) { return points.x[i] - block.first; });
  out.y = keep.map(function(i) { return points.y[i]; });
  if (points.labels) out.labels = keep.map(function(i) { return points.labels[i]; });
  return out;
}

function panelSeries(figure, layout, panel, width) {
  if (panel.kind === 'track') return [trackSeries(panel)];
  if (panel.kind === 'map')
    return [mapSeries(panel.block, figure.heat_map.rows)].concat(figure.points.map(function(points) {
      var out = pointSeries(pointsWithin(points, panel.block), figure, layout, width);
      out.silent = true;
      return out;
    }));
  var bars = [];
  var places = figure.x.categories ? figure.x.categories.length * figure.bars.length : 1;
  figure.bars.forEach(function(one) { bars = bars.concat(barSeries(one, panel.width / places)); });
  return bars.concat(figure.lines.map(lineSeries), figure.points.map(function(points) {
    return pointSeries(points, figure, layout, width);
  }));
}

function headOf(layout) {
  return {
    text: layout.title.join('\n'),
    subtext: layout.subtitle.join('\n'),
    left: 'center',
    top: 12,
    itemGap: 6,
    textStyle: {fontSize: kTitleSize, lineHeight: 23, fontWeight: 'bold', color: kText, fontFamily: kFont},
    subtextStyle: {fontSize: kTextSize, lineHeight: 16, color: '#555555', fontFamily: kFont}
  };
}

// ECharts draws a disc on the line of a legend, which no line of ours has.
var kLegendLines = {
  solid: 'path://M0,4H30V6H0Z',
  dashed: 'path://M0,4H8V6H0ZM11,4H19V6H11ZM22,4H30V6H22Z',
  dotted: 'path://M0,4H3V6H0ZM6,4H9V6H6ZM12,4H15V6H12ZM18,4H21V6H18ZM24,4H27V6H24Z'
};

function legendEntry(figure) {
  return function(name) {
    var line = figure.lines.filter(function(one) { return one.name === name; })[0];
    return line ? {name: name, icon: kLegendLines[line.stroke]} : {name: name};
  };
}

function legendOf(figure, layout) {
  if (!layout.names.length) return undefined;
  return {
    type: 'plain',
    left: 'center',
    bottom: 8 + layout.slider,
    itemWidth: legendMark(figure),
    itemHeight: 11,
    itemGap: kLegendGap,
    formatter: legendText,
    data: layout.names.map(legendEntry(figure)),
    textStyle: {color: kText, fontSize: kTextSize, fontFamily: kFont}
  };
}

function gridOf(panel) {
  return {
    left: panel.left,
    top: panel.top,
    width: Math.max(1, panel.width),
    height: Math.max(1, panel.height),
    outerBoundsMode: 'none'
  };
}

// box: {width, height, page, zoom: {x: [from, to], y: ...} in per cent}
function figureOption(figure, box) {
  var layout = layoutOf(figure, box);
  var zoom = box.zoom || {x: [0, 100], y: [0, 100]};
  withColours(figure);
  var option = {
    animation: false,
    backgroundColor: '#FFFFFF',
    textStyle: {fontFamily: kFont, color: kText},
    title: headOf(layout),
    legend: legendOf(figure, layout),
    tooltip: {trigger: 'item', formatter: hoverText(figure), confine: true},
    grid: layout.panels.map(gridOf),
    xAxis: layout.panels.map(function(panel, i) { return xAxisOf(figure, layout, panel, i, zoom); }),
    yAxis: layout.panels.map(function(panel, i) { return yAxisOf(figure, layout, panel, i, zoom); }),
    series: []
  };
  function add(series, grid) {
    series.xAxisIndex = series.yAxisIndex = grid;
    option.series.push(series);
  }
  layout.panels.forEach(function(panel, i) {
    panelSeries(figure, layout, panel, box.width).forEach(function(series) { add(series, i); });
  });
  if (layout.bar) {
    var last = layout.panels.length;
    option.grid.push(gridOf({left: layout.bar.left, top: layout.bar.top, width: kBarWidth, height: layout.bar.height}));
    option.xAxis.push({gridIndex: last, type: 'value', min: 0, max: 1, show: false});
    option.yAxis.push(barAxis(layout.bar, last));
    add(barGradient(layout.bar), last);
  }
  layout.panels.forEach(function(panel, i) {
    if (hasLetters(figure, panel, zoom)) option.xAxis.push(numbersBelow(figure.x, i, viewAlong(figure, panel, zoom)));
  });
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

function optionSvg(option, width, height) {
  var chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width: width, height: height});
  chart.setOption(option);
  var svg = chart.renderToSVGString();
  chart.dispose();
  return portableSvg(svg);
}

// Called by the program: the whole picture as SVG text.
function figureSvg(figure) {
  echarts.setPlatformAPI({
    measureText: function(text, font) {
      return {width: textWidth(text, parseFloat(/([0-9.]+)px/.exec(font || '12px')[1]))};
    }
  });
  return optionSvg(figureOption(figure, {width: figure.width, height: figure.height}), figure.width, figure.height);
}
