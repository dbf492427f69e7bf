// Search and folds of the page against a server that has an index and a (tiny) folding model: its own answers, none made up.
import {mkdtempSync} from 'node:fs';
import {
  equal,
  expect,
  expectAccessible,
  finish,
  groel,
  launch,
  open,
  run,
  saved,
  serve,
  shot,
  tableRows,
  ubiquitin,
} from './support.mjs';

process.chdir(new URL('../..', import.meta.url).pathname);
const work = mkdtempSync('/tmp/groel-answers-');
groel('embed', 'examples/proteins.fasta', '-m', 'groel-5m', '-o', `${work}/v.h5`);
groel('search', 'index', `${work}/v.h5`, '-o', `${work}/v.index`);
const browser = await launch();
const server = await serve('groel-5m', [
  ...['--threads', '1', '--index', `${work}/v.index`],
  ...['--fold-model', 'tests/data/esmfold-tiny'],
]);

async function start(fasta) {
  const page = await open(browser, server.address);
  await page.goto(server.address + '/');
  await page.waitForSelector('[role=tab]');
  await page.fill('#sequences', fasta);
  return page;
}

async function searches() {
  const page = await start(`>ubiquitin\n${ubiquitin}\n`);
  await run(page, 'search');
  const rows = await tableRows(page);
  expect(rows.length > 2, `${rows.length} hits`);
  equal(
    rows.map(row => row[1]),
    rows.map((_, i) => `${i + 1}`),
    'ranks',
  );
  const similarities = rows.map(row => Number(row[3]));
  expect(
    similarities.every((value, i) => value <= 1 && (i === 0 || value <= similarities[i - 1])),
    `similarities: ${similarities}`,
  );
  const wanted = JSON.parse(
    groel('search', 'query', `${work}/v.index`, '--sequences', ubiquitin, '-m', 'groel-5m', '--json'),
  ).queries[0].hits;
  equal(
    rows.map(row => [row[2], row[3]]),
    wanted.slice(0, rows.length).map(hit => [hit.id, hit.similarity.toFixed(4)]),
    "the hits of the command's own search",
  );
  await shot(page, 'answers-search');
  await page.context().close();
}

async function folds() {
  const page = await start('>dimer\nMKTAYIAK:GAVLIW\n');
  await run(page, 'fold', async () => {
    await page.click('summary');
    await page.getByLabel('num recycles').fill('1');
  });
  await page.waitForSelector('.result tbody tr', {timeout: 120000});
  equal(await page.locator('.molecule canvas').count(), 1, 'the view');
  const said = await page.locator('.result').innerText();
  expect((await page.locator('body').innerText()).includes('1 sequence, 14 residues'), 'residues without the colon');
  expect(said.includes('Predicted aligned error'), 'aligned errors');
  equal(await page.getByLabel('Model').count(), 0, 'no choice where there is one structure');
  expect(said.includes('of 14'), `residues: ${said.slice(-200)}`);
  expect(/mean pLDDT \d/.test(said) && /pTM \d\.\d\d/.test(said), `what is said: ${said.slice(0, 300)}`);
  const file = await saved(page, page.getByText('Save structure'));
  expect(file.text.includes('ATOM'), `${file.name} holds no atoms`);
  await shot(page, 'answers-fold');
  await expectAccessible(page, 'a fold');
  await page.context().close();
}

for (const test of [searches, folds]) await test().catch(error => expect(false, `${test.name}: ${error.message}`));
await browser.close();
await server.end();
finish();
