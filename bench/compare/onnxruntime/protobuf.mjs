// The writing half of protocol buffers, as far as an ONNX file needs it. A message is a list of encoded fields.

function varint(value) {
  const bytes = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
}

/** Field `number` holding an integer (wire type 0). */
export const integer = (number, value) => Buffer.concat([varint(number << 3), varint(value)]);

/** Field `number` holding a 32-bit float (wire type 5). */
export function float(number, value) {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((number << 3) | 5), bytes]);
}

/** Field `number` holding a string, bytes or an encoded message (wire type 2). */
export function bytes(number, value) {
  const body = Buffer.from(value);
  return Buffer.concat([varint((number << 3) | 2), varint(body.length), body]);
}

/** Field `number` holding the message made of these fields. */
export const message = (number, fields) => bytes(number, Buffer.concat(fields));
