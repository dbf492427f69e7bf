// What the page computes by itself: sequences as they are pasted, vectors, addresses. Bundled by esbuild and run by node.
import assert from 'node:assert/strict';
import test from 'node:test';
import {readAddress, settingsFrom, writeAddress} from '../../src/report/app/address.js';
import {separated} from '../../src/report/app/parts/download.js';
import {checkLengths, parsePositions, parseSequences, places, toFasta} from '../../src/report/app/sequences.js';
import {cosines, nearest, principalComponents} from '../../src/report/app/vectors.js';

const read = text => parseSequences(text).map(one => [one.name, one.residues]);

test('sequences are read however they are pasted', () => {
  assert.deepEqual(read('>a b\nMK\nTA\n>c\r\nGG*\r\n'), [
    ['a', 'MKTA'],
    ['c', 'GG'],
  ]);
  assert.deepEqual(read('mkta\n'), [['sequence 1', 'MKTA']]);
  assert.deepEqual(read('MKTA\nGGAV\n'), [
    ['sequence 1', 'MKTA'],
    ['sequence 2', 'GGAV'],
  ]);
  const line = 'A'.repeat(60);
  assert.deepEqual(read(`${line}\n${line}\nGGG\n\nMK`), [
    ['sequence 1', line + line + 'GGG'],
    ['sequence 2', 'MK'],
  ]);
  assert.deepEqual(read('one\tMKT\ntwo,GAV'), [
    ['one', 'MKT'],
    ['two', 'GAV'],
  ]);
  assert.deepEqual(read('id,sequence\none,MKT'), [['one', 'MKT']]);
  assert.deepEqual(read('# a comment\n>a\nMK<mask>T'), [['a', 'MK<mask>T']].slice(0, 1));
  assert.deepEqual(
    read('lost\n>a\nMK').map(([name]) => name),
    ['before the first header', 'a'],
  );
  assert.deepEqual(read('  \n'), []);
});

test('what cannot be used is told', () => {
  const [good, digit, none] = parseSequences('>a\nMK\n>b\nM1K\n>c\n');
  assert.equal(good.problem, '');
  assert.match(digit.problem, /“1” at 2/);
  assert.match(none.problem, /no residues/);
  assert.match(checkLengths([good], 1)[0].problem, /2 residues; this model reads 1/);
  assert.equal(parseSequences('MK:GA')[0].problem, '');
  assert.equal(checkLengths([good], null)[0].problem, '');
  assert.deepEqual(places('M<mask>K'), ['M', '<mask>', 'K']);
  assert.equal(parseSequences('M<mask>K')[0].length, 3);
  assert.equal(parseSequences('MKT:GAV')[0].length, 6);
});

test('written as FASTA they read as before', () => {
  const all = parseSequences('>a\n' + 'MKTAYIAK'.repeat(20) + '\n>b\nGG');
  assert.deepEqual(parseSequences(toFasta(all)), all);
});

test('positions', () => {
  assert.deepEqual(parsePositions('5, 10-12 V3', 20), [3, 5, 10, 11, 12]);
  assert.throws(() => parsePositions('21', 20), /“21” is no position from 1 to 20/);
  assert.throws(() => parsePositions('5-3', 20), /“5-3”/);
  assert.throws(() => parsePositions('x', 20), /“x”/);
  assert.deepEqual(parsePositions(' ', 20), []);
});

test('principal components of points on a plane are those of its axes', () => {
  const points = [
      [3, 0],
      [-3, 0],
      [0, 1],
      [0, -1],
    ],
    along = [0.6, 0.8, 0],
    across = [-0.8, 0.6, 0];
  const vectors = points.map(([x, y]) => along.map((a, k) => 5 + x * a + y * across[k]));
  const found = principalComponents(vectors);
  found.points.forEach(([x, y], i) => {
    assert.ok(
      Math.abs(Math.abs(x) - Math.abs(points[i][0])) < 1e-9 && Math.abs(Math.abs(y) - Math.abs(points[i][1])) < 1e-9,
    );
  });
  assert.ok(Math.abs(found.explained[0] - 0.9) < 1e-12 && Math.abs(found.explained[1] - 0.1) < 1e-12);
  // More vectors than numbers, and as many turned around: the other way to the same end.
  const wide = principalComponents([...vectors, ...vectors]);
  assert.ok(Math.abs(wide.explained[0] - 0.9) < 1e-12);
  assert.deepEqual(principalComponents([[1, 2]]).points, [[0, 0]]);
  assert.deepEqual(
    principalComponents([
      [1, 2],
      [1, 2],
    ]).explained,
    [0, 0],
  );
});

test('cosines and the nearest', () => {
  const all = cosines([
    [1, 0],
    [1, 1],
    [0, 2],
    [0, 0],
  ]);
  assert.ok(Math.abs(all[0][1] - Math.SQRT1_2) < 1e-12 && Math.abs(all[0][2]) < 1e-12 && all[0][3] === 0);
  assert.deepEqual(
    nearest(all, 1)[0].map(one => one.index),
    [1],
  );
  const about = cosines(
    [
      [5, 5],
      [6, 5],
      [4, 5],
    ],
    'mean',
  );
  assert.ok(Math.abs(about[1][2] + 1) < 1e-12);
});

test('addresses hold settings that differ, and nothing private', () => {
  const task = {
    id: 'scan',
    settings: {
      method: {
        kind: 'choice',
        otherwise: 'a',
        options: [
          ['a', ''],
          ['b', ''],
        ],
      },
      from: {kind: 'integer', otherwise: '', least: 1},
      secret: {kind: 'text', otherwise: '', private: true},
      flag: {kind: 'flag', otherwise: false},
    },
  };
  const address = writeAddress(task, {method: 'b', from: 3, secret: 'MKT', flag: true});
  assert.equal(address, '#view=scan&method=b&from=3&flag=true');
  const {task: view, values} = readAddress(address);
  assert.equal(view, 'scan');
  assert.deepEqual(settingsFrom(task, values), {method: 'b', from: 3, secret: '', flag: true});
  assert.deepEqual(settingsFrom(task, {method: 'z', from: '0', secret: 'MKT', flag: 'maybe'}), {
    method: 'a',
    from: '',
    secret: '',
    flag: false,
  });
});

test('tables as RFC 4180 has them', () => {
  assert.equal(
    separated(
      [
        ['a,b', 'say "x"', 1.5, null, NaN],
        ['line\nend', '', 0, 'tab\t', '-'],
      ],
      ',',
    ),
    '"a,b","say ""x""",1.5,,\n"line\nend",,0,tab\t,-\n',
  );
  assert.equal(separated([['tab\t', 'a,b']], '\t'), '"tab\t"\ta,b\n');
});
