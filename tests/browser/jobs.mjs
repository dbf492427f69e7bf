// Views of routes that this server does not have, with answers of the form that they give: search, and folds as jobs.
import {readFileSync} from 'node:fs';
import {
  equal,
  expect,
  expectAccessible,
  finish,
  launch,
  open,
  run,
  serve,
  shot,
  tableRows,
  ubiquitin,
} from './support.mjs';

process.chdir(new URL('../..', import.meta.url).pathname);
const browser = await launch();
const server = await serve('groel-5m', ['--threads', '1']);
const prediction = 'tests/data/af3-features/confidences/conf_dimer_output/seed-2_sample-0/conf_dimer_seed-2_sample-0_';
const asked = [];

const properties = {
  sequence: {type: 'string'},
  sequences: {type: 'array'},
  job: {type: 'object'},
  num_recycles: {type: 'integer', description: 'Passes', default: 3, maximum: 64},
  arrays: {type: 'boolean', description: 'Arrays, too'},
};
const body = fields => ({post: {requestBody: {content: {'application/json': {schema: {properties: fields}}}}}});

const event = (status, name) => (name ? `event: ${name}\n` : '') + `data: ${JSON.stringify(status)}\n\n`;

// A page of a server that folds and searches; `end` is how a job ends.
async function start(end) {
  const page = await open(browser, server.address, {allowed: /^$/});
  const json = (route, value, status = 200) => route.fulfill({status, json: value});
  await page.route('**/openapi.json', async route => {
    const all = await (await route.fetch()).json();
    Object.assign(all.paths, {
      '/fold': body(properties),
      '/jobs/{id}': {},
      '/jobs/{id}/events': {},
      '/jobs/{id}/files/{file}': {},
      '/search': body({}),
    });
    await json(route, all);
  });
  await page.route('**/fold', route => {
    asked.push(route.request().postDataJSON());
    return json(route, {id: 'j1', state: 'waiting'}, 202);
  });
  await page.route('**/jobs/j1/events', route =>
    route.fulfill({
      contentType: 'text/event-stream',
      body:
        ': still there\n\n' +
        event(
          {id: 'j1', state: 'running', progress: {stage: 'trunk', done: 1, total: 4, unit: 'recycles', detail: ''}},
          'progress',
        ) +
        event(end, 'end'),
    }),
  );
  await page.route('**/jobs/j1/files/*', route => {
    const name = route.request().url().split('_').slice(-1)[0];
    return route.fulfill({
      body: readFileSync(
        prediction +
          (name.startsWith('model')
            ? 'model.cif'
            : name.startsWith('conf') && !route.request().url().includes('summary')
              ? 'confidences.json'
              : 'summary_confidences.json'),
      ),
    });
  });
  await page.goto(server.address + '/');
  await page.waitForSelector('[role=tab]');
  await page.fill('#sequences', `>ubiquitin\n${ubiquitin}\n`);
  return page;
}

const files = ['x_model.cif', 'x_confidences.json', 'x_summary_confidences.json'].map(name => ({
  name,
  bytes: 1,
  path: `/jobs/j1/files/${name}`,
}));

async function folds() {
  const page = await start({id: 'j1', state: 'done', files, messages: ['a message'], result: null});
  await run(page, 'fold', async () => {
    await page.click('summary');
    await page.getByLabel('num recycles').fill('2');
  });
  await page.waitForSelector('.result tbody tr');
  equal(asked.pop(), {sequence: ubiquitin, num_recycles: 2}, 'what is asked');
  expect(page.url().endsWith('#view=fold&num_recycles=2'), `the address is ${page.url()}`);
  const said = await page.locator('.result').innerText();
  expect(
    said.includes('mean pLDDT 83.1') && /pTM \d\.\d\d/.test(said),
    `what is said of the structure: ${said.slice(0, 300)}`,
  );
  equal(await page.locator('.molecule canvas').count(), 1, 'the view');
  expect(said.includes('Predicted aligned error'), 'aligned errors');
  equal((await tableRows(page)).length, 10, 'residues');
  await shot(page, 'page-fold');
  await expectAccessible(page, 'a fold');
  await page.context().close();
}

// Chains joined by colons are for folds alone.
async function complexes() {
  const page = await start({id: 'j1', state: 'done', files, messages: [], result: null});
  await page.fill('#sequences', '>one\nMKTAYIAK\n>two\nMKT:GAV\n');
  await page.click('#tab-embed');
  expect(
    (await page.locator('.task').innerText()).includes('1 sequence of chains joined by “:” left out'),
    'what embed leaves out',
  );
  await run(page, 'fold', () => page.selectOption('#one-fold', '1'));
  equal(asked.pop(), {sequence: 'MKT:GAV'}, 'the complex');
  await page.context().close();
}

async function failedFolds() {
  const page = await start({id: 'j1', state: 'failed', error: {message: 'out of memory', kind: 'memory'}, files: []});
  await page.click('#tab-fold');
  await page.click('.task button.primary');
  await page.waitForSelector('p.failed');
  equal(await page.locator('p.failed').innerText(), 'out of memory', 'why it failed');
  await page.context().close();
}

async function cancelledFolds() {
  const page = await start({});
  let removed = '';
  await page.route('**/jobs/j1/events', () => {}); // it never says anything
  await page.route('**/jobs/j1', route => {
    removed = route.request().method();
    return route.fulfill({json: {}});
  });
  await page.click('#tab-fold');
  await Promise.all([page.waitForRequest('**/jobs/j1/events'), page.click('.task button.primary')]);
  await page.click('.progress button');
  await page.waitForSelector('.state.cancelled');
  await page.waitForTimeout(200);
  equal(removed, 'DELETE', 'how the server hears of the end');
  await page.context().close();
}

async function searches() {
  const page = await start({});
  await page.route('**/search', route =>
    route.fulfill({
      json: {
        index: 'proteome',
        vectors: 20000,
        method: 'hnsw',
        notes: ['a note'],
        queries: [
          {
            id: '0',
            hits: [
              {id: 'P62987', similarity: 0.98765, labels: ['GO:1', 'GO:2']},
              {id: 'P0CG47', similarity: 0.9, labels: []},
            ],
          },
        ],
      },
    }),
  );
  await run(page, 'search');
  equal(
    await tableRows(page),
    [
      ['ubiquitin', '1', 'P62987', '0.9877', 'GO:1; GO:2'],
      ['ubiquitin', '2', 'P0CG47', '0.9000', '–'],
    ],
    'hits',
  );
  expect((await page.locator('.result').innerText()).includes('20,000 vectors'), 'the index');
  await page.context().close();
}

for (const test of [folds, complexes, failedFolds, cancelledFolds, searches])
  await test().catch(error => expect(false, `${test.name}: ${error.message}`));
await browser.close();
await server.end();
finish();
