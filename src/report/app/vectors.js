// Sets of vectors: their first two principal components, and how alike they are.

function centred(vectors) {
  const width = vectors[0].length,
    mean = new Float64Array(width);
  for (const vector of vectors) for (let k = 0; k < width; ++k) mean[k] += vector[k] / vectors.length;
  return vectors.map(vector => Float64Array.from(vector, (x, k) => x - mean[k]));
}

function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; ++k) sum += a[k] * b[k];
  return sum;
}

function norm(a) {
  return Math.sqrt(dot(a, a));
}

// Rows of products of each two rows.
function gram(rows) {
  const out = rows.map(() => new Float64Array(rows.length));
  for (let i = 0; i < rows.length; ++i)
    for (let j = i; j < rows.length; ++j) out[i][j] = out[j][i] = dot(rows[i], rows[j]);
  return out;
}

function transposed(rows) {
  return Array.from(rows[0], (unused, k) => Float64Array.from(rows, row => row[k]));
}

// What is left of a vector that lies among those before it is rounding: it becomes 0, and stays so.
function orthonormal(basis) {
  basis.forEach((one, i) => {
    const before = norm(one);
    for (let twice = 0; twice < 2; ++twice)
      for (let j = 0; j < i; ++j) {
        const part = dot(one, basis[j]);
        for (let k = 0; k < one.length; ++k) one[k] -= part * basis[j][k];
      }
    const length = norm(one);
    for (let k = 0; k < one.length; ++k) one[k] = length > 1e-10 * before ? one[k] / length : 0;
  });
}

// The leading eigenvectors of a symmetric matrix without negative eigenvalues, by orthogonal iteration over a few more
// than are wanted; ordered by Rayleigh quotients.
function leading(matrix, wanted) {
  const size = matrix.length,
    many = Math.min(size, wanted + 6);
  let state = 1; // numbers that are the same each time
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
  let basis = Array.from({length: many}, () => Float64Array.from({length: size}, random));
  orthonormal(basis);
  let before = Infinity;
  for (let step = 0; step < 2000; ++step) {
    basis = basis.map(one => Float64Array.from(matrix, row => dot(row, one)));
    orthonormal(basis);
    if (step % 10 !== 9) continue;
    const sum = basis.slice(0, wanted).reduce(
      (total, one) =>
        total +
        dot(
          one,
          matrix.map(row => dot(row, one)),
        ),
      0,
    );
    if (Math.abs(sum - before) <= 1e-14 * Math.abs(sum)) break;
    before = sum;
  }
  const values = basis.map(one =>
    dot(
      one,
      matrix.map(row => dot(row, one)),
    ),
  );
  return values
    .map((value, i) => ({value, vector: basis[i]}))
    .sort((a, b) => b.value - a.value)
    .slice(0, wanted);
}

/// {points: [[x, y]], explained: [part of the variance, …]}: the greatest coordinate of each component is positive.
export function principalComponents(vectors) {
  if (vectors.length < 2) return {points: vectors.map(() => [0, 0]), explained: [0, 0]};
  const rows = centred(vectors),
    wide = rows.length <= rows[0].length;
  const all = rows.reduce((sum, row) => sum + dot(row, row), 0);
  const found = leading(gram(wide ? rows : transposed(rows)), 2);
  const points = rows.map(() => [0, 0]);
  found.forEach(({value, vector}, c) => {
    const scores = wide
      ? Array.from(vector, x => x * Math.sqrt(Math.max(0, value)))
      : rows.map(row => dot(row, vector));
    const largest = scores.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
    scores.forEach((x, i) => (points[i][c] = largest < 0 ? -x : x));
  });
  return {points, explained: [0, 1].map(c => (all > 0 && found[c] ? Math.max(0, found[c].value) / all : 0))};
}

/// Rows of cosines of each two; `about`: 'origin', or 'mean' of the set.
export function cosines(vectors, about = 'origin') {
  const rows = (about === 'mean' ? centred(vectors) : vectors.map(vector => Float64Array.from(vector))).map(row => {
    const length = norm(row);
    return row.map(x => (length > 0 ? x / length : 0));
  });
  return gram(rows);
}

/// For each row the `most` others that are nearest: [{index, cosine}].
export function nearest(similarities, most) {
  return similarities.map((row, i) =>
    Array.from(row, (cosine, index) => ({index, cosine}))
      .filter(one => one.index !== i)
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, most),
  );
}
