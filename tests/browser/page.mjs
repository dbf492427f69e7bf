// The page of groel serve in Chromium: what it shows is what the commands say, it asks nobody but its server, and it can
// be used by keyboard, by screen reader and on a phone. page.mjs PROGRAM FOLDER; screenshots are left in the folder.
import {writeFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
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
  post,
  run,
  saved,
  serve,
  shot,
  tableRows,
  ubiquitin,
} from './support.mjs';

const browser = await launch();
const server = await serve('groel-5m', ['--threads', '1']);

async function start(at, more) {
  const page = await open(browser, at.address, more);
  await page.goto(at.address + '/' + (more?.hash ?? ''));
  await page.waitForSelector('[role=tab]');
  return page;
}

async function example(page) {
  await page.click('text=Example');
  await page.waitForSelector('.list li');
}

// Vectors, their map and their neighbours, against the command.
async function embeds() {
  const page = await start(server);
  await shot(page, 'page-start');
  await expectAccessible(page, 'the empty page');
  expect(await page.locator('.task button.primary').isDisabled(), 'there is nothing to embed, and it can be');
  await example(page);
  await run(page, 'embed');
  const vectors = await saved(page, page.getByText('Save vectors, CSV'));
  equal(vectors.text.split('\n').length, 10, 'lines of the vectors');
  writeFileSync(`${folder}/sequences.fasta`, await page.inputValue('#sequences'));
  groel('embed', `${folder}/sequences.fasta`, '-m', 'groel-5m', '-o', `${folder}/v.csv`, '--overwrite');
  const points = JSON.parse(groel('project', `${folder}/v.csv`, '--method', 'pca', '--json')).points;
  const rows = await tableRows(page);
  rows.forEach((row, i) => {
    equal(row[0], points[i].id, 'a name');
    near(Number(row[2]), points[i].x, 0.0015, `component 1 of ${row[0]}`);
    near(Number(row[3]), points[i].y, 0.0015, `component 2 of ${row[0]}`);
  });
  await shot(page, 'page-embed');
  await expectAccessible(page, 'embeddings');
  await run(page, 'neighbours');
  const [first] = await tableRows(page);
  const [a, b] = await post(server, '/embed', {
    inputs: [ubiquitin, (await page.inputValue('#sequences')).split('\n')[7]],
  });
  equal(first.slice(0, 3), ['ubiquitin', '1', 'myoglobin'], 'the nearest');
  near(
    Number(first[3]),
    a.reduce((sum, x, k) => sum + x * b[k], 0),
    0.0001,
    'its cosine',
  );
  await shot(page, 'page-neighbours');
  await page.context().close();
}

// By keyboard alone.
async function masks() {
  const page = await start(server, {dark: true});
  await page.focus('#sequences');
  await page.keyboard.insertText(`>ubiquitin\n${ubiquitin}\n`);
  await page.focus('[role=tab][aria-selected=true]');
  for (let i = 0; i < 2; ++i) await page.keyboard.press('ArrowRight');
  equal(await page.locator('[role=tab][aria-selected=true]').innerText(), 'Masks', 'the tab by arrow keys');
  await page.focus('.residues [tabindex="0"]');
  for (let i = 0; i < 4; ++i) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  equal(await page.locator('.task input[type=text]').first().inputValue(), '5', 'the position by keyboard');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('.result tbody tr');
  const said = await post(server, '/fill-mask', {
    sequence: ubiquitin.slice(0, 4) + '<mask>' + ubiquitin.slice(5),
    top: 5,
  });
  const [row] = await tableRows(page);
  equal(
    row.slice(0, 4),
    ['5', 'V', said.masks[0].choices[0].residue, said.masks[0].choices[0].probability.toFixed(3)],
    'the mask',
  );
  expect(new URL(page.url()).hash === '#view=masks', `the address holds what is private: ${page.url()}`);
  equal(await page.locator('.task input[type=text]').first().inputValue(), '5', 'the position after the run');
  await shot(page, 'page-masks-dark');
  await expectAccessible(page, 'masks, dark');
  await page.context().close();
}

// Every substitution, as the command has it; the table sorted by keyboard, filtered and saved; the map by arrow keys.
async function scans() {
  const page = await start(server);
  await page.fill('#sequences', `>ubiquitin\n${ubiquitin}\n`);
  await run(page, 'scan');
  const file = await saved(page, page.getByText('Save CSV'));
  equal(file.name, 'scan-ubiquitin.csv', 'the name of the table');
  const lines = text =>
    text
      .trim()
      .split('\n')
      .slice(1)
      .map(line => line.split(','));
  const wanted = new Map(
    lines(groel('score', ubiquitin, '-m', 'groel-5m', '--scan')).map(row => [row[0], Number(row[4])]),
  );
  const found = lines(file.text);
  equal(found.length, 19 * ubiquitin.length, 'rows of the scan');
  const worst = found.reduce((most, row) => Math.max(most, Math.abs(Number(row[4]) - wanted.get(row[0]))), 0);
  expect(worst < 1e-9, `the scan differs from the command's by ${worst}`);
  await page.locator('th button', {hasText: 'score'}).focus();
  await page.keyboard.press('Enter');
  equal(await page.locator('th', {hasText: 'score'}).getAttribute('aria-sort'), 'descending', 'the sorting');
  const best = [...wanted].reduce((a, b) => (b[1] > a[1] ? b : a));
  equal((await tableRows(page))[0][0], best[0], 'the highest score');
  await page.fill('input[type=search]', 'M1A');
  equal(
    (await tableRows(page)).map(row => row[0]),
    ['M1A'],
    'what is found',
  );
  await page.fill('input[type=search]', '');
  await page.focus('.hoverable');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  equal(await page.locator('.cell').innerText(), `Q2A: ${wanted.get('Q2A').toFixed(3)}`, 'the cell by arrow keys');
  const [png] = await Promise.all([page.waitForEvent('download'), page.getByText('Save PNG').click()]);
  equal(png.suggestedFilename(), 'scan-ubiquitin.png', 'the picture');
  await shot(page, 'page-scan');
  await expectAccessible(page, 'the scan');
  await page.context().close();
}

async function contactsAndAttention() {
  const page = await start(server);
  await page.fill('#sequences', ubiquitin);
  await run(page, 'contacts');
  const {contacts} = await post(server, '/contacts', {sequence: ubiquitin});
  let best = [0, 0, 0];
  contacts.forEach((row, i) =>
    row.forEach((value, j) => j - i >= 6 && value > best[2] && (best = [i + 1, j + 1, value])),
  );
  const [row] = await tableRows(page);
  equal(
    row,
    [ubiquitin[best[0] - 1] + best[0], ubiquitin[best[1] - 1] + best[1], String(best[1] - best[0]), best[2].toFixed(4)],
    'the likeliest contact',
  );
  await shot(page, 'page-contacts');
  await run(page, 'attention');
  equal(await page.locator('.result select').first().locator('option').count(), 9, 'heads and their mean');
  await expectAccessible(page, 'attention');
  await page.context().close();
}

// Names are text whatever they hold; what cannot be used is said; files, packed ones too, are read.
async function reads() {
  const page = await start(server);
  await page.fill('#sequences', `>x<img/src=y/onerror=alert(1)>\n${ubiquitin}\n>bad\nMK1LV\n>empty\n`);
  equal(await page.locator('.list li').count(), 3, 'sequences that were read');
  expect(
    (await page.locator('.sequences').innerText()).includes('2 of 3 cannot be used'),
    'what is left out is not said',
  );
  equal(await page.locator('.list img').count(), 0, 'a name became a picture');
  await run(page, 'embed');
  equal((await tableRows(page))[0][0], 'x<img/src=y/onerror=alert(1)>', 'the odd name');
  await page.click('text=Clear');
  await page.setInputFiles('.sequences input[type=file]', {
    name: 'a.fasta.gz',
    mimeType: 'application/gzip',
    buffer: gzipSync('>one\nMKTAYIAK\n>two\nMQIFVK\n'),
  });
  await page.waitForSelector('.list li:nth-child(2)');
  equal(await page.locator('.list .name').allInnerTexts(), ['one', 'two'], 'the names in the file');
  await page.context().close();
}

// Settings go with the address, sequences never.
async function shares() {
  const page = await start(server, {hash: '#view=scan&method=wt-marginals&from=3'});
  equal(await page.locator('[role=tab][aria-selected=true]').innerText(), 'Scan', 'the view of the link');
  equal(await page.locator('.task select').first().inputValue(), 'wt-marginals', 'the method of the link');
  await page.fill('#sequences', ubiquitin);
  await page.click('text=Copy link');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.endsWith('#view=scan&method=wt-marginals&from=3'), `the link is ${link}`);
  await page.goto(server.address + '/#view=scan&method=nonsense&from=x');
  await page.reload();
  await page.waitForSelector('[role=tab]');
  equal(await page.locator('.task select').first().inputValue(), 'masked-marginals', 'a method that there is not');
  await page.context().close();
}

// A run shows how far it is and can be ended; what is wrong is said; a server that has gone, too.
async function runsEnd() {
  const page = await start(server, {allowed: /Failed to load resource|ERR_CONNECTION_REFUSED/});
  await page.fill('#sequences', '>long\n' + ubiquitin.repeat(12) + '\n>short\n' + ubiquitin + '\n');
  await page.click('#tab-scan');
  await page.click('.task button.primary');
  await page.waitForFunction(() => document.querySelector('.task progress')?.max > 1);
  expect(/of 912 positions/.test(await page.locator('.progress').innerText()), 'the progress is not told');
  await page.locator('.progress button').click();
  await page.waitForSelector('.state.cancelled');
  await page.click('#tab-masks');
  await page.fill('.task input[type=text]', '5000');
  await page.click('.task button.primary');
  await page.waitForSelector('p.failed');
  expect((await page.locator('p.failed').innerText()).includes('5000'), 'the wrong position is not named');
  const other = await serve('groel-5m', ['--threads', '1']);
  const left = await start(other, {allowed: /Failed to load resource|ERR_CONNECTION_REFUSED/});
  await left.fill('#sequences', ubiquitin);
  await other.end();
  await run(left, 'embed');
  expect(
    (await left.locator('p.failed').innerText()).includes('cannot be reached'),
    'it is not said that the server has gone',
  );
  await page.context().close();
  await left.context().close();
}

async function asksForAKey() {
  const locked = await serve('groel-5m', ['--threads', '1'], {GROEL_API_KEY: 'right'});
  const page = await open(browser, locked.address, {allowed: /401/});
  await page.goto(locked.address);
  await page.waitForSelector('dialog[open]');
  equal(await page.evaluate(() => document.activeElement.id), 'key', 'where the keyboard is');
  await shot(page, 'page-key');
  await expectAccessible(page, 'the key');
  await page.fill('#key', 'wrong');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('dialog').innerText.includes('not one of'));
  await page.fill('#key', 'right');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=tab]');
  await page.fill('#sequences', ubiquitin);
  await run(page, 'embed');
  equal(await page.locator('.result').count(), 1, 'results with a key');
  const kept = await page.evaluate(() =>
    JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href]),
  );
  expect(!kept.includes('right'), `the key is kept: ${kept}`);
  await page.context().close();
  await locked.end();
}

async function generates() {
  const writer = await serve('groel-writer', ['--threads', '1']);
  const page = await start(writer);
  expect(
    (await page.locator('.work').innerText()).includes('Not on this server: Masks, Scan'),
    'what the model cannot do is not said',
  );
  let streamed = 0;
  await page.exposeFunction('counted', () => ++streamed);
  await run(page, 'generate', async () => {
    await page.getByLabel('Proteins').fill('40');
    await page.evaluate(() =>
      new MutationObserver(
        () =>
          document.querySelector('.task .progress') &&
          document.querySelector('.result tbody tr') &&
          globalThis.counted(),
      ).observe(document.body, {childList: true, subtree: true}),
    );
  });
  expect(streamed > 0, 'proteins are shown at the end alone');
  const fasta = await saved(page, page.getByText('Save FASTA'));
  equal(fasta.text.match(/^>/gm).length, 40, 'proteins in the file');
  const {sequences} = await post(writer, '/generate', {number: 40, seed: 0, max_new_tokens: 256});
  equal(fasta.text.split('>')[1].split('\n').slice(1).join(''), sequences[0].sequence, 'the first protein');
  await page.getByText('Add to my sequences').click();
  await page.waitForFunction(() => document.querySelectorAll('.list li').length === 40);
  await shot(page, 'page-generate');
  await expectAccessible(page, 'generation');
  await page.context().close();
  await writer.end();
}

async function structures() {
  const page = await start(server);
  const data = 'tests/data/af3-features/confidences/conf_dimer_output/seed-2_sample-0/conf_dimer_seed-2_sample-0_';
  await run(page, 'structure', () =>
    page.setInputFiles('.files input', [data + 'model.cif', data + 'confidences.json']),
  );
  await page.waitForSelector('.result tbody tr');
  expect(/mean pLDDT 83\.1/.test(await page.locator('.result').innerText()), 'the mean pLDDT');
  equal(await page.locator('.molecule canvas').count(), 1, 'the view');
  await shot(page, 'page-structure');
  await expectAccessible(page, 'a structure');
  await page.context().close();
}

async function phone() {
  const page = await start(server, {width: 375, height: 812});
  await shot(page, 'phone-start');
  await example(page);
  for (const task of ['embed', 'neighbours', 'masks', 'scan', 'contacts', 'attention', 'structure']) {
    await run(page, task, async () => {
      if (task === 'masks') await page.locator('.residues [data-at="4"]').tap();
      if (task === 'scan') await page.selectOption('#one-scan', '1');
      if (task === 'structure') await page.setInputFiles('.files input', 'examples/1CRN.cif');
    });
    await expectFits(page, `${task} on a phone`);
    await shot(page, `phone-${task}`);
  }
  await expectAccessible(page, 'a phone');
  const small = await page
    .locator('button:visible')
    .evaluateAll(all => all.filter(one => one.getBoundingClientRect().height < 24).length);
  equal(small, 0, 'buttons that are too small for a finger');
  await page.context().close();
}

process.chdir(new URL('../..', import.meta.url).pathname);
for (const test of [
  embeds,
  masks,
  scans,
  contactsAndAttention,
  reads,
  shares,
  runsEnd,
  asksForAKey,
  generates,
  structures,
  phone,
])
  await test().catch(error => expect(false, `${test.name}: ${error.message}`));
await browser.close();
await server.end();
finish();
