// Reads what was pasted or dropped: FASTA, names and sequences by tab or comma, or bare sequences.

/// The store's form of a sequence: {name, residues, problem}; `residues` may hold <mask>.
function sequence(name, text, number) {
  const residues = text
    .replace(/\s+/g, '')
    .toUpperCase()
    .replace(/<MASK>/g, '<mask>')
    .replace(/\*$/, '');
  return {name: name || `sequence ${number}`, residues, length: lengthOf(residues), problem: problemOf(residues)};
}

/// Where there is little room: "INS_HUMAN" of "sp|P01308|INS_HUMAN".
export function shortName(name) {
  return name.replace(/^(?:sp|tr)\|[^|]*\|/, '');
}

/// Each residue, or mask, by itself.
export function places(residues) {
  return residues.match(/<mask>|./g) ?? [];
}

function lengthOf(residues) {
  return places(residues).filter(one => one !== ':').length;
}

function problemOf(residues) {
  if (!residues) return 'there are no residues in it';
  const all = places(residues),
    at = all.findIndex(one => !/^(<mask>|[A-Z.:\-])$/.test(one));
  return at < 0 ? '' : `“${all[at]}” at ${at + 1} is no residue`;
}

function fasta(text) {
  const out = [],
    parts = text.split(/^[ \t]*>/m);
  const before = parts
    .shift()
    .replace(/^[#;].*$/gm, '')
    .trim();
  if (before) out.push(['before the first header', before]);
  for (const part of parts) {
    const end = part.search(/[\r\n]/),
      header = end < 0 ? part : part.slice(0, end);
    const body = (end < 0 ? '' : part.slice(end)).replace(/^[#;].*$/gm, '');
    out.push([header.trim().split(/\s+/)[0], body]);
  }
  return out;
}

// Lines of one length with a shorter last one are one sequence, broken for reading.
function isWrapped(lines) {
  const width = lines[0].length;
  return (
    lines.length > 1 &&
    width >= 40 &&
    lines.slice(0, -1).every(line => line.length === width) &&
    lines[lines.length - 1].length <= width
  );
}

function bare(text) {
  const out = [];
  for (const block of text.split(/\n\s*\n/)) {
    const lines = block
      .split('\n')
      .map(line => line.trim())
      .filter(line => line && !/^[#;]/.test(line));
    if (lines.length === 0) continue;
    if (isWrapped(lines)) {
      out.push(['', lines.join('')]);
      continue;
    }
    for (const line of lines) {
      const [name, residues, more] = line.split(/\s*[\t,;]\s*/);
      if (residues !== undefined && more === undefined) out.push([name, residues]);
      else out.push(['', line]);
    }
  }
  // A table's header.
  if (out.length > 1 && /^(id|name|accession|entry)$/i.test(out[0][0]) && /^(seq|sequence)$/i.test(out[0][1]))
    out.shift();
  return out;
}

export function parseSequences(text) {
  const plain = text.replace(/\r\n?/g, '\n').replace(/^\uFEFF/, '');
  const found = /^[ \t]*>/m.test(plain) ? fasta(plain) : bare(plain);
  return found.map(([name, residues], i) => sequence(name, residues, i + 1));
}

/// With what this model does not read marked. `most`: of residues; null: any number.
export function checkLengths(sequences, most) {
  return sequences.map(one =>
    one.problem || !most || one.length <= most
      ? one
      : {...one, problem: `${one.length} residues; this model reads ${most} at most`},
  );
}

export function toFasta(sequences) {
  return sequences.map(one => `>${one.name}\n${one.residues.replace(/(.{60})/g, '$1\n').trimEnd()}\n`).join('');
}

/// The text of a dropped file, unpacked where it is gzip.
export async function textOfFile(file) {
  if (file.size > 50e6) throw new Error(`${file.name}: larger than 50 MB; the command line reads files of any size`);
  const magic = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const packed = magic[0] === 0x1f && magic[1] === 0x8b;
  const stream = packed ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
  const text = await new Response(stream).text();
  if (text.includes('\u0000')) throw new Error(`${file.name}: this is no text`);
  return text;
}

/// "5, 10-12" -> [5, 10, 11, 12]; throws for what is no position of so many.
export function parsePositions(text, length) {
  const out = new Set();
  for (const part of text.split(/[,;\s]+/).filter(Boolean)) {
    const match = part.match(/^[A-Za-z]?(\d+)(?:[-–][A-Za-z]?(\d+))?$/);
    const from = match ? Number(match[1]) : NaN,
      to = match && match[2] ? Number(match[2]) : from;
    if (!(from >= 1 && to >= from && to <= length)) throw new Error(`“${part}” is no position from 1 to ${length}`);
    for (let at = from; at <= to; ++at) out.add(at);
  }
  return [...out].sort((a, b) => a - b);
}
