// Reads the header of a safetensors file, and tensors by name.
import { closeSync, openSync, readSync } from 'node:fs';

function readBytes(path, offset, length) {
  const out = Buffer.alloc(length);
  const file = openSync(path, 'r');
  for (let done = 0; done < length;) {
    const got = readSync(file, out, done, length - done, offset + done);
    if (got === 0) throw new Error(`${path} ends early`);
    done += got;
  }
  closeSync(file);
  return out;
}

/** Name -> {shape, offset (in the file), length (bytes)} of every tensor; all have to be float32. */
export function readHeader(path) {
  const length = Number(readBytes(path, 0, 8).readBigUInt64LE());
  const header = JSON.parse(readBytes(path, 8, length).toString());
  const tensors = new Map();
  for (const [name, { dtype, shape, data_offsets: [begin, end] = [] }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (dtype !== 'F32') throw new Error(`${path}: ${name} is ${dtype}; this comparison reads float32`);
    tensors.set(name, { shape, offset: 8 + length + begin, length: end - begin });
  }
  return tensors;
}

/** The values of one tensor. */
export function readTensor(path, { offset, length }) {
  return new Float32Array(new Uint8Array(readBytes(path, offset, length)).buffer);
}
