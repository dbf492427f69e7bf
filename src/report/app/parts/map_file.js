// A map as a PNG for print: with its name above and the scale of its colours below.
import {fileName, saveUrl} from './download.js';

export function saveMap(chart, map, title, colours) {
  if (!chart) return;
  const drawn = chart.renderToCanvas({pixelRatio: 2, backgroundColor: colours.surface});
  const head = 56,
    foot = 84,
    canvas = document.createElement('canvas');
  canvas.width = drawn.width;
  canvas.height = drawn.height + head + foot;
  const pen = canvas.getContext('2d'),
    middle = canvas.width / 2,
    line = drawn.height + head;
  pen.fillStyle = colours.surface;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(drawn, 0, head);
  pen.textAlign = 'center';
  pen.fillStyle = colours.text;
  pen.font = '600 28px sans-serif';
  pen.fillText(title, middle, 40);
  const shade = pen.createLinearGradient(middle - 150, 0, middle + 150, 0),
    {stops} = map.palette;
  stops.forEach((stop, i) => shade.addColorStop(i / (stops.length - 1), stop));
  pen.fillStyle = shade;
  pen.fillRect(middle - 150, line + 8, 300, 22);
  pen.fillStyle = colours.soft;
  pen.font = '24px sans-serif';
  const number = x => String(Number(x.toPrecision(3)));
  pen.fillText(number(map.low), middle - 190, line + 28);
  pen.fillText(number(map.high), middle + 190, line + 28);
  pen.fillText(map.legend, middle, line + 64);
  saveUrl(canvas.toDataURL('image/png'), fileName(title) + '.png');
}
