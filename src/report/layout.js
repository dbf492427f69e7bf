// Where the parts of a figure are: lines of text, ticks, margins and panels, in pixels. Runs in Duktape, so ES5.
var kFont = 'DejaVu Sans, Helvetica, Arial, sans-serif';
var kMostLabel = 220;  // pixels of a label; longer ones are shortened
var kTitleSize = 17, kTextSize = 12, kTickSize = 11;

// As wide as DejaVu Sans has letters of a kind on average, of its size.
function letterWidth(code) {
  if (code >= 0xD800 && code <= 0xDFFF) return 0.6;  // half an emoji
  if (code > 0x2E7F) return 1.1;
  if (code === 32) return 0.33;
  return code < 0x61 || code > 0x7A ? 0.67 : 0.58;
}

function textWidth(text, size) {
  var width = 0, widest = 0;
  for (var i = 0; i < text.length; ++i) {
    var code = text.charCodeAt(i);
    width = code === 10 ? 0 : width + letterWidth(code) * size;
    widest = Math.max(widest, width);
  }
  return widest;
}

function elided(text, size, width) {
  if (textWidth(text, size) <= width) return text;
  var keep = Math.max(2, Math.floor((width / size / 0.67 - 1) / 2));
  return text.slice(0, keep) + '…' + text.slice(-keep);
}

function wrappedText(text, size, width, most) {
  var lines = [];
  text.split('\n').forEach(function(paragraph) {
    var line = '';
    paragraph.split(' ').forEach(function(word) {
      word = elided(word, size, width);
      if (line && textWidth(line + ' ' + word, size) > width) {
        lines.push(line);
        line = word;
      } else
        line = line ? line + ' ' + word : word;
    });
    if (line) lines.push(line);
  });
  if (lines.length <= most) return lines;
  return lines.slice(0, most - 1).concat([elided(lines.slice(most - 1).join(' '), size, width)]);
}

// Four significant digits, without the zeros at the end.
function shortNumber(value) {
  return value === null || value === undefined ? '–' : String(Number(Number(value).toPrecision(4)));
}

// Without the last digits, which additions leave: 2.8000000000000003.
function tidied(value) { return Number(value.toPrecision(12)); }

function tidyStep(least) {
  var unit = Math.pow(10, Math.floor(Math.log(least) / Math.LN10));
  return unit * (least <= unit ? 1 : least <= 2 * unit ? 2 : least <= 5 * unit ? 5 : 10);
}

// The ends and the widest label of a numeric axis over `values`.
function numericRange(axis, values) {
  var known = values.filter(function(value) { return value !== null && isFinite(value); });
  if (!known.length) known = [0, 1];
  var low = axis.low !== null ? axis.low : known.reduce(function(a, b) { return Math.min(a, b); });
  var high = axis.high !== null ? axis.high : known.reduce(function(a, b) { return Math.max(a, b); });
  if (axis.logarithmic) return {labels: ['1e-10']};
  if (!(high > low)) {
    var half = Math.abs(high) / 10 || 0.5;
    low -= half;
    high += half;
  }
  var step = tidyStep((high - low) / 7);
  if (axis.low === null) low = Math.floor(low / step + 1e-9) * step;
  if (axis.high === null) high = Math.ceil(high / step - 1e-9) * step;
  var labels = [];
  for (var at = low; at <= high + step / 2; at += step) labels.push(shortNumber(at));
  return {low: tidied(low), high: tidied(high), step: tidied(step), labels: labels};
}

// The step between numbers that have a tick when a place has `pixels`: 5, 10, 15... where there is room.
function numberStep(pixels, room, places) {
  var steps = [1, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];
  if (places > 12) steps.shift();
  for (var i = 0; i < steps.length; ++i)
    if (steps[i] * pixels >= room) return steps[i];
  return 100000;
}

// Which places of an axis have a label: {at(index), letters}. A number that occurs twice (27, 27A) has one. Without
// `room` a label needs its own width.
function ticksOf(axis, pixels, room) {
  var count = axis.categories.length;
  if (!axis.numbers) {
    var widest = Math.min(kMostLabel, widestOf(axis.categories, kTickSize)) + 8;
    var every = Math.max(1, Math.ceil((room || widest) / pixels));
    return {letters: false, at: function(index) { return index % every === 0; }};
  }
  var letters = axis.letters && pixels >= 9.5;
  var step = numberStep(pixels, letters ? 30 : room, letters ? 13 : count);
  return {
    letters: letters,
    at: function(index) {
      var number = axis.numbers[index];
      return number !== null && number % step === 0 && (index === 0 || axis.numbers[index - 1] !== number);
    }
  };
}

var kMostTurned = 230;  // pixels of a label that is turned

// How labels of places stand that do not fit side by side: {angle, length}; undefined where they lie, or are too many.
function turnedLabels(figure, width) {
  var axis = figure.x;
  if (!axis.categories || axis.numbers) return undefined;
  var blocks = figure.heat_map ? figure.heat_map.blocks : null;
  var pixels = width / (blocks ? blocks[0].count : axis.categories.length);
  var widest = widestOf(axis.categories, kTickSize);
  if (widest + 8 <= pixels || pixels < 11) return undefined;
  return {angle: pixels < 18 ? 90 : 45, length: Math.min(kMostTurned, widest), pixels: pixels};
}

// How far turned labels reach beyond the left end of their axis.
function overhang(figure, turned) {
  if (!turned || turned.angle === 90) return 0;
  return figure.x.categories.reduce(function(most, text, i) {
    var reach = Math.min(turned.length, textWidth(text, kTickSize)) * 0.71;
    return Math.max(most, reach - (i + 0.5) * turned.pixels);
  }, 0);
}

function legendNames(figure) {
  var names = [];
  figure.bars.concat(figure.lines, figure.points).forEach(function(series) {
    [series.name, series.marked_name].forEach(function(name) {
      if (name && names.indexOf(name) < 0) names.push(name);
    });
  });
  var single = names.length === 1 && !figure.heat_map && figure.lines.length + figure.points.length <= 1;
  return single ? [] : names;
}

var kLegendGap = 16, kLegendRow = 20;

function legendMark(figure) { return figure.lines.length ? 30 : 12; }

function legendText(name) { return elided(name, kTextSize, 320); }

function legendRows(names, mark, width) {
  var rows = names.length ? 1 : 0, used = 0;
  names.forEach(function(name) {
    var wide = mark + 5 + textWidth(legendText(name), kTextSize) + kLegendGap;
    if (used && used + wide > width) {
      ++rows;
      used = 0;
    }
    used += wide;
  });
  return rows;
}

function widestOf(labels, size) {
  return labels.reduce(function(most, text) { return Math.max(most, textWidth(text, size)); }, 0);
}

function valuesAlong(figure, axis) {
  var all = [];
  figure.lines.concat(figure.points).forEach(function(series) { all = all.concat(series[axis]); });
  if (axis === 'y') figure.bars.forEach(function(bars) { all = all.concat(bars.values, [0]); });
  return all;
}

var kTrackName = 20, kTrackHeight = 44, kSlider = 46, kBarWidth = 16;

// Panels of a heat map and its tracks, one below the other; cells are square where that is asked for.
function mapPanels(figure, area, labelHeight) {
  var map = figure.heat_map;
  var blocks = map.blocks;
  var high = area.height / blocks.length;
  var tracks = figure.tracks.length * (kTrackName + kTrackHeight);
  var cell = {width: area.width / blocks[0].count, height: (high - tracks - labelHeight) / map.rows};
  var side = Math.min(cell.width, cell.height);
  if (map.square) cell = {width: side, height: side};
  var left = area.left + (map.square ? (area.width - side * map.columns) / 2 : 0);
  var panels = [];
  blocks.forEach(function(block, b) {
    var top = area.top + b * high;
    figure.tracks.forEach(function(track) {
      panels.push({
        kind: 'track',
        track: track,
        block: block,
        left: left,
        top: top + kTrackName,
        width: cell.width * block.count,
        height: kTrackHeight
      });
      top += kTrackName + kTrackHeight;
    });
    panels.push({
      kind: 'map',
      block: block,
      left: left,
      top: top + (figure.tracks.length ? 6 : 0),
      width: cell.width * block.count,
      height: cell.height * map.rows - (figure.tracks.length ? 6 : 0),
      cell: cell
    });
  });
  return panels;
}

// box: {width, height, page: whether it is one with a slider}. -> {head..., panels, bar, legend}
function layoutOf(figure, box) {
  var inner = box.width - 40;
  var title = wrappedText(figure.title, 1.13 * kTitleSize, inner, 2);
  var subtitle = wrappedText(notesOf(figure), kTextSize, inner, 4);
  var names = legendNames(figure);
  var legend = legendRows(names, legendMark(figure), inner) * kLegendRow;
  var top = 14 + title.length * 23 + subtitle.length * 16 + 14;
  var scale = figure.heat_map || figure.point_scale;
  var bar = scale && scale.name ?
      {scale: scale, labels: barLabels(scale), wide: kBarWidth + 12 + widestOf(barLabels(scale), kTickSize) + 30} :
      null;
  var yRange = figure.y.categories ? {labels: figure.y.categories} : numericRange(figure.y, valuesAlong(figure, 'y'));
  var xRange = figure.x.categories ? {labels: figure.x.categories} : numericRange(figure.x, valuesAlong(figure, 'x'));
  var numbersAlone = figure.y.numbers && !figure.y.letters;
  var yLabel = numbersAlone ? widestOf(figure.y.numbers.map(String), kTickSize) : Math.min(kMostLabel, widestOf(yRange.labels, kTickSize));
  if (figure.tracks.length) yLabel = Math.max(yLabel, 34);
  var slider = box.page && figure.heat_map && !figure.heat_map.square ? kSlider : 0;
  var left = 14 + (figure.y.name ? 24 : 0) + yLabel + 10;
  var right = bar ? bar.wide + 34 : 30;
  left = Math.max(left, overhang(figure, turnedLabels(figure, box.width - left - right)) + 8);
  var turned = turnedLabels(figure, box.width - left - right);
  var labelHeight = turned ? 14 + turned.length * (turned.angle === 90 ? 1 : 0.71) : figure.x.letters ? 36 : 24;
  var area = {left: left, top: top, width: box.width - left - right};
  area.height = box.height - top - (figure.x.name ? 24 : 4) - (legend ? legend + 10 : 0) - 12 - slider - (figure.heat_map ? 0 : labelHeight);
  var panels = figure.heat_map ?
      mapPanels(figure, area, labelHeight) :
      [{kind: 'plain', left: area.left, top: area.top, width: area.width, height: area.height}];
  var main = panels[figure.tracks.length];
  if (bar) {
    var whole = figure.heat_map && figure.heat_map.blocks.length === 1 ? main : area;
    bar.height = Math.min(240, whole.height);
    bar.top = whole === main ? main.top + (main.height - bar.height) / 2 : area.top;
    bar.left = (whole === main ? main.left + main.width : area.left + area.width) + 20;
  }
  return {
    title: title,
    subtitle: subtitle,
    names: names,
    legend: legend,
    slider: slider,
    panels: panels,
    main: main,
    bar: bar,
    xRange: xRange,
    yRange: yRange,
    yLabel: yLabel,
    labelHeight: labelHeight,
    turned: turned
  };
}
