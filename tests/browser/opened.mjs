// Pages of groel open in Chromium, from files and without a network. opened.mjs PROGRAM FOLDER
import {
  equal,
  expect,
  expectAccessible,
  expectFits,
  finish,
  folder,
  groel,
  launch,
  near,
  open,
  saved,
  shot,
  tableRows,
} from './support.mjs';

process.chdir(new URL('../..', import.meta.url).pathname);
const browser = await launch();

// The page that groel open makes of a result, and where it is.
async function opened(result, more = {}) {
  const page = await open(browser, 'file://', more);
  const path = groel('open', result, '-o', `${folder}/${result.split('/').pop()}.html`, '--overwrite').trim();
  await page.goto('file://' + path);
  return page;
}

async function vectors() {
  groel('embed', 'examples/proteins.fasta', '-m', 'groel-5m', '-o', `${folder}/e.h5`, '--overwrite');
  const page = await opened(`${folder}/e.h5`);
  equal(await page.locator('h1').innerText(), 'e.h5', 'the title');
  const points = JSON.parse(groel('project', `${folder}/e.h5`, '--method', 'pca', '--json')).points;
  const rows = (await tableRows(page)).slice(0, 10);
  rows.forEach((row, i) => {
    equal(row[0], points[i].id, 'a name');
    near(Number(row[1]), points[i].x, 0.001, `component 1 of ${row[0]}`);
  });
  equal(await page.locator('figure').count(), 2, 'a map of points and one of cosines');
  await shot(page, 'open-vectors');
  await expectAccessible(page, 'vectors');
  await page.context().close();
}

async function scan() {
  groel(
    'score',
    'examples/proteins.fasta',
    '-m',
    'groel-5m',
    '--record',
    'P01542',
    '--scan',
    '-o',
    `${folder}/s.csv`,
    '--overwrite',
  );
  const page = await opened(`${folder}/s.csv`, {dark: true});
  equal((await tableRows(page)).length, 10, 'rows of the first leaf');
  await page.focus('.hoverable');
  await page.keyboard.press('ArrowRight');
  expect(/^T1A: -?\d/.test(await page.locator('.cell').innerText()), 'the cell by arrow keys');
  const file = await saved(page, page.getByText('Save TSV'));
  equal(file.text.trim().split('\n').length, 1 + 19 * 46, 'lines of the table');
  await shot(page, 'open-scan');
  await expectAccessible(page, 'a scan, dark');
  await page.context().close();
}

async function contacts() {
  for (const [format, more] of [
    ['h5', []],
    ['npz', []],
    ['jsonl', []],
  ]) {
    groel(
      'contacts',
      'examples/proteins.fasta',
      '-m',
      'groel-5m',
      '-o',
      `${folder}/c.${format}`,
      '--overwrite',
      ...more,
    );
    const page = await opened(`${folder}/c.${format}`);
    equal(await page.locator('main select').first().locator('option').count(), 15, `proteins in ${format}`);
    const told = groel('contacts', 'examples/proteins.fasta', '-m', 'groel-5m', '--record', 'P01308', '--top', '1');
    const [, i, j, probability] = told.match(/[A-Z](\d+)\s+[A-Z](\d+)\s+(0\.\d{4})/);
    equal((await tableRows(page))[0], [i, j, String(j - i), probability], `the likeliest pair in ${format}`);
    if (format === 'h5') await shot(page, 'open-contacts');
    await page.context().close();
  }
  groel(
    'contacts',
    'examples/proteins.fasta',
    '-m',
    'groel-5m',
    '--record',
    'P01308',
    '-o',
    `${folder}/c.rr`,
    '--overwrite',
  );
  const page = await opened(`${folder}/c.rr`, {width: 375, height: 812});
  equal((await tableRows(page)).length, 10, 'pairs of the RR file');
  await expectFits(page, 'contacts on a phone');
  await page.context().close();
}

async function tables() {
  const page = await opened('examples/stability.csv', {width: 375, height: 812});
  expect((await page.locator('main').innerText()).includes('rows have numbers here'), 'there is no chart');
  await expectFits(page, 'a table on a phone');
  await shot(page, 'open-table-phone');
  await expectAccessible(page, 'a table');
  await page.context().close();
}

async function folds() {
  const page = await opened('tests/data/af3-features/confidences/conf_dimer_output', {width: 1280});
  equal(await page.locator('#sample option').count(), 8, 'samples');
  await shot(page, 'open-fold');
  await page.context().close();
}

for (const test of [vectors, scan, contacts, tables, folds])
  await test().catch(error => expect(false, `${test.name}: ${error.message}`));
await browser.close();
finish();
