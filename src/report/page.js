// Draws the page's figure and answers the pointer.
(function() {
var figure = JSON.parse(document.getElementById('figure').textContent);
var box = document.getElementById('chart');
var chart = echarts.init(box, null, {renderer: figure.heat_map ? 'canvas' : 'svg'});
var option = figureOption(figure);
option.dataZoom =
    [{type: 'inside', xAxisIndex: 0, filterMode: 'none'}, {type: 'inside', yAxisIndex: 0, filterMode: 'none'}];
chart.setOption(option);
window.addEventListener('resize', function() { chart.resize(); });

var map = figure.heat_map;
if (!map) return;
var note = document.getElementById('cell');
chart.getZr().on('mousemove', function(event) {
  var at = chart.convertFromPixel({gridIndex: 0}, [event.offsetX, event.offsetY]);
  var column = Math.round(at[0]);
  var row = Math.round(at[1]);
  var inside = chart.containPixel({gridIndex: 0}, [event.offsetX, event.offsetY]) &&
      map.values[row * map.columns + column] !== undefined;
  note.textContent = inside ?
      (figure.x.name || 'column') + ' ' + figure.x.categories[column] + ', ' + (figure.y.name || 'row') + ' ' +
          figure.y.categories[row] + ': ' + shortNumber(map.values[row * map.columns + column]) :
      '';
});
})();
