// The part of a map that is in view as a picture of so many pixels; cells that share a pixel are averaged.

/// `map` has rows, columns, value(row, column), colour(value) -> [r, g, b], none [r, g, b].
export function mapPicture(map, view, width, height) {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  const context = canvas.getContext('2d'),
    image = context.createImageData(canvas.width, canvas.height);
  const spans = (from, to, pixels, count) =>
    Array.from({length: pixels}, (unused, p) => {
      const limit = at => Math.min(count, Math.max(0, at));
      const first = limit(Math.floor(from + ((to - from) * p) / pixels));
      return [first, limit(Math.max(first + 1, Math.floor(from + ((to - from) * (p + 1)) / pixels)))];
    });
  const down = spans(view.y0, view.y1, canvas.height, map.rows),
    across = spans(view.x0, view.x1, canvas.width, map.columns);
  let at = 0,
    last = '',
    row = null;
  for (const [r0, r1] of down) {
    // Pixels of one row of cells are the same.
    if (last !== r0 + ' ' + r1) row = across.flatMap(([c0, c1]) => [...cell(map, r0, r1, c0, c1), 255]);
    last = r0 + ' ' + r1;
    image.data.set(row, at);
    at += 4 * canvas.width;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function cell(map, r0, r1, c0, c1) {
  let sum = 0,
    count = 0;
  for (let r = r0; r < r1; ++r)
    for (let c = c0; c < c1; ++c) {
      const value = map.value(r, c);
      if (value === value) {
        sum += value;
        ++count;
      }
    }
  return count ? map.colour(sum / count) : map.none;
}
