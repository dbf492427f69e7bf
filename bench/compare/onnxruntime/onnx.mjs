// Writes ONNX graphs (onnx.proto3, field numbers as there); weights stay in the safetensors file that holds them.
import { bytes, float, integer, message } from './protobuf.mjs';

const kFloat = 1;
const kInt32 = 6;
const kInt64 = 7;
export const kTypes = { float32: kFloat, int32: kInt32, int64: kInt64 };

function attribute(name, value) {
  const head = [bytes(1, name)];
  if (Array.isArray(value)) return [...head, ...value.map((item) => integer(8, item)), integer(20, 7)];
  if (typeof value === 'string') return [...head, bytes(4, value), integer(20, 3)];
  if (typeof value === 'object') return [...head, float(2, value.float), integer(20, 1)];
  return [...head, integer(3, value), integer(20, 2)];
}

function valueInfo(name, type, dims) {
  const shape = dims.map((dim) => message(1, [typeof dim === 'string' ? bytes(2, dim) : integer(1, dim)]));
  return [bytes(1, name), message(2, [message(1, [integer(1, type), message(2, shape)])])];
}

const entry = (key, value) => message(13, [bytes(1, key), bytes(2, String(value))]);

export class Graph {
  #parts = [];
  #names = 0;

  /** Declares an input of the graph; a dimension is a number or a name. */
  input(name, type, dims) {
    this.#parts.push(message(11, valueInfo(name, type, dims)));
    return name;
  }

  output(name, type, dims) {
    this.#parts.push(message(12, valueInfo(name, type, dims)));
  }

  /** A float32 weight at `offset` of the file `location`, which lies beside the ONNX file. */
  weight(name, shape, { location, offset, length }) {
    this.#parts.push(message(5, [
      ...shape.map((size) => integer(1, size)), integer(2, kFloat), bytes(8, name), integer(14, 1),
      entry('location', location), entry('offset', offset), entry('length', length),
    ]));
    return name;
  }

  /** A small constant: numbers of the type given, little-endian. */
  constant(type, shape, numbers) {
    const name = `constant_${this.#names++}`;
    const array = type === kInt64 ? BigInt64Array.from(numbers, BigInt) : Float32Array.from(numbers);
    this.#parts.push(message(5, [
      ...shape.map((size) => integer(1, size)), integer(2, type), bytes(8, name),
      bytes(9, new Uint8Array(array.buffer)),
    ]));
    return name;
  }

  shape(...sizes) {
    return this.constant(kInt64, [sizes.length], sizes);
  }

  scalar(number) {
    return this.constant(kFloat, [], [number]);
  }

  /** Adds a node, answers the name of its first output; an operator of ONNX Runtime's own is named `ms:Operator`. */
  node(operator, inputs, { attributes = {}, outputs = [`value_${this.#names++}`] } = {}) {
    const own = operator.startsWith('ms:');
    const fields = [
      ...inputs.map((name) => bytes(1, name)), ...outputs.map((name) => bytes(2, name)),
      bytes(3, outputs[0]), bytes(4, own ? operator.slice(3) : operator),
      ...Object.entries(attributes).map(([name, value]) => message(5, attribute(name, value))),
    ];
    if (own) fields.push(bytes(7, 'com.microsoft'));
    this.#parts.push(message(1, fields));
    return outputs[0];
  }

  /** The whole file. */
  encode() {
    const opset = (domain, version) => message(8, [bytes(1, domain), integer(2, version)]);
    return Buffer.concat([
      integer(1, 8), bytes(2, 'groel-compare'), message(7, [bytes(2, 'model'), ...this.#parts]),
      opset('', 17), opset('com.microsoft', 1),
    ]);
  }
}
