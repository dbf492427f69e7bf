// OpenAI's own client against `groel serve`: node openai.mjs URL KEY [RECORD]. With RECORD, what it sends is written there,
// a line of JSON for each request, without keys.
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import OpenAI from 'openai';

const [url, key, record] = process.argv.slice(2);
const sequences = ['MKTAYIAKQRQISFVKSHFSRQ', 'MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEG'];

const recording = async (to, init) => {
  if (record && init.method === 'POST')
    appendFileSync(record, JSON.stringify({ path: new URL(to).pathname, body: JSON.parse(init.body) }) + '\n');
  return fetch(to, init);
};
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, fetch: recording });

async function raw(path, body) {
  const headers = { Authorization: `Bearer ${key}` };
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.equal(answer.status, 200);
  return answer.json();
}
const f32 = (numbers) => [...Float32Array.from(numbers)];

async function refused(kind, status, ask) {
  try {
    await ask();
  } catch (error) {
    assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
    assert.equal(error.status, status);
    return error;
  }
  assert.fail(`no error where ${status} was expected`);
}

const checks = {
  async models() {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    assert.equal(names.length, 1);
    assert.equal((await client.models.retrieve(names[0])).object, 'model');
    await refused(OpenAI.NotFoundError, 404, () => client.models.retrieve('gpt-4'));
  },

  // The client asks for base64 by itself, and makes numbers of it.
  async numbers() {
    const expected = await raw('/embed', { inputs: sequences, normalize: false });
    const one = await client.embeddings.create({ model: 'any', input: sequences[0] });
    assert.deepEqual(f32(one.data[0].embedding), f32(expected[0]));
    assert.deepEqual(one.usage, { prompt_tokens: 24, total_tokens: 24 });
    const floats = await client.embeddings.create({ model: 'any', input: sequences, encoding_format: 'float' });
    assert.deepEqual(floats.data.map((row) => f32(row.embedding)), expected.map(f32));
    assert.deepEqual(floats.data.map((row) => row.index), [0, 1]);
    const text = await client.embeddings.create({ model: 'any', input: sequences[1], encoding_format: 'base64' });
    const bytes = Buffer.from(text.data[0].embedding, 'base64');
    assert.deepEqual([...new Float32Array(new Uint8Array(bytes).buffer)], f32(expected[1]));
  },

  async tokens_and_dimensions() {
    const [tokens] = await raw('/tokenize', { inputs: sequences[0] });
    const ids = tokens.map((token) => token.id);
    const whole = await client.embeddings.create({ model: 'any', input: sequences[0] });
    const ofIds = await client.embeddings.create({ model: 'any', input: [ids, ids], dimensions: 5, user: 'someone' });
    assert.equal(ofIds.data.length, 2);
    assert.deepEqual(ofIds.data[1].embedding, whole.data[0].embedding.slice(0, 5));
    const flat = await client.embeddings.create({ model: 'any', input: ids, encoding_format: 'float' });
    assert.deepEqual(f32(flat.data[0].embedding), f32(whole.data[0].embedding));
  },

  async a_batch() {
    const many = Array.from({ length: 48 }, (_, i) => sequences[i % 2].slice(0, 12 + (i % 9)));
    const answer = await client.embeddings.create({ model: 'any', input: many });
    assert.equal(answer.data.length, 48);
    for (const i of [0, 17, 47]) {
      const alone = await client.embeddings.create({ model: 'any', input: many[i] });
      assert.deepEqual(answer.data[i].embedding, alone.data[0].embedding);
    }
  },

  async errors() {
    const wrong = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'wrong', maxRetries: 0 });
    await refused(OpenAI.AuthenticationError, 401, () => wrong.embeddings.create({ model: 'any', input: 'MKT' }));
    const bad = await refused(OpenAI.BadRequestError, 400, () =>
      client.embeddings.create({ model: 'any', input: sequences[0], dimensions: 100000 }));
    assert.equal(bad.param, 'dimensions');
    assert.equal(bad.type, 'invalid_request_error');
    await refused(OpenAI.BadRequestError, 400, () => client.embeddings.create({ model: 'any', input: 'MK7' }));
    await refused(OpenAI.APIError, 413, () =>
      client.embeddings.create({ model: 'any', input: Array(100).fill('MKT') }));
    await refused(OpenAI.APIError, 413, () => client.embeddings.create({ model: 'any', input: 'M'.repeat(200000) }));
    assert.match((await client.embeddings.create({ model: 'any', input: 'MKT' }))._request_id, /^\S+$/);
  },

  // More than may wait: refused with 429; a client that tries again, as it does by default, gets all.
  async too_much_at_once() {
    const long = 'MKTAYIAKQR'.repeat(90);
    const ask = (with_) =>
      Promise.allSettled(Array.from({ length: 24 }, () => with_.embeddings.create({ model: 'any', input: [long, long] })));
    const hasty = (await ask(client)).filter((answer) => answer.status === 'rejected');
    assert.ok(hasty.length > 0, 'nothing was refused');
    for (const { reason } of hasty) {
      assert.ok(reason instanceof OpenAI.RateLimitError, String(reason));
      assert.equal(reason.headers.get('retry-after'), '1');
    }
    const patient = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 30 });
    const answers = await ask(patient);
    assert.deepEqual(answers.map((answer) => answer.status), Array(24).fill('fulfilled'));
  },
};

for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log(`ok ${name}`);
}
