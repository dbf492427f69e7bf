// What the tests in Chromium share: servers, pages that report every error and every request, and files they save.
import {execFileSync, spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {chromium} from 'playwright-core';

export const [program, folder] = process.argv.slice(2);
export const root = new URL('../..', import.meta.url).pathname;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const ubiquitin = 'MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEGIPPDQQRLIFAGKQLEDGRTLSDYNIQKESTLHLVLRLRGG';

let failures = 0,
  checks = 0;

export function expect(held, what) {
  ++checks;
  if (held) return;
  ++failures;
  console.error(`FAILED: ${what}`);
}

export function equal(found, wanted, what) {
  const [a, b] = [found, wanted].map(value => JSON.stringify(value));
  expect(a === b, `${what}: ${a}, not ${b}`);
}

export function near(found, wanted, tolerance, what) {
  expect(Math.abs(found - wanted) <= tolerance, `${what}: ${found}, not ${wanted} within ${tolerance}`);
}

export function finish() {
  console.log(`${checks} checks, ${failures} failed`);
  process.exitCode = failures ? 1 : 0;
}

export function groel(...words) {
  return execFileSync(program, words, {cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});
}

/// A server that listens: {address, end()}.
export function serve(model, more = [], env = {}) {
  const child = spawn(program, ['serve', '-m', model, '--port', '0', ...more], {
    cwd: root,
    env: {...process.env, ...env},
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new Promise((resolve, reject) => {
    child.on('exit', code => reject(new Error(`groel serve ended with ${code}`)));
    child.stdout.once('data', text =>
      resolve({
        address: String(text).trim(),
        end: () =>
          new Promise(done => {
            child.removeAllListeners('exit');
            child.on('exit', done);
            child.kill('SIGTERM');
          }),
      }),
    );
  });
}

export async function post(server, path, body, key) {
  const headers = key ? {Authorization: `Bearer ${key}`} : {};
  return (await fetch(server.address + path, {method: 'POST', headers, body: JSON.stringify(body)})).json();
}

export async function launch() {
  return chromium.launch({
    executablePath: process.env.GROEL_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
}

/// A page whose errors and whose requests to anywhere but `origin` are failures; `allowed` errors are not.
export async function open(browser, origin, {width = 1280, height = 900, dark = false, allowed = /^$/} = {}) {
  const phone = width < 500;
  const context = await browser.newContext({
    viewport: {width, height},
    colorScheme: dark ? 'dark' : 'light',
    deviceScaleFactor: phone ? 2 : 1,
    hasTouch: phone,
    isMobile: phone,
    acceptDownloads: true,
    permissions: origin.startsWith('http') ? ['clipboard-read', 'clipboard-write'] : [],
  });
  const page = await context.newPage();
  page.on('console', message => {
    const text = message.text();
    if (['error', 'warning'].includes(message.type())) expect(allowed.test(text), `the page says: ${text}`);
  });
  page.on('pageerror', error => expect(false, `an error in the page: ${error.stack}`));
  page.on('request', request => {
    const url = request.url();
    expect(/^(data|blob):/.test(url) || url.startsWith(origin), `a request to ${url}`);
  });
  page.on('dialog', dialog => expect(false, `a dialogue: ${dialog.message()}`));
  return page;
}

/// WCAG 2 A and AA, contrast among it.
export async function expectAccessible(page, what) {
  await page.evaluate(axe);
  const {violations, passes} = await page.evaluate(() =>
    globalThis.axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}),
  );
  for (const one of violations)
    expect(
      false,
      `${what}: ${one.id}: ${one.help}: ${one.nodes
        .slice(0, 3)
        .map(node => node.html.slice(0, 160))
        .join(' | ')}`,
    );
  expect(passes.length > 15, `${what}: only ${passes.length} rules had anything to look at`);
  expect(violations.length === 0, `${what}: ${violations.length} faults of accessibility`);
}

export async function expectFits(page, what) {
  // Not window.innerWidth: on a phone that grows with what does not fit.
  const over = (await page.evaluate(() => document.documentElement.scrollWidth)) - page.viewportSize().width;
  expect(over <= 0, `${what}: ${over} pixels wider than the window`);
}

export async function shot(page, name) {
  await page.waitForTimeout(250);
  await page.screenshot({path: `${folder}/${name}.png`, fullPage: true});
}

/// The text of a file that pressing `button` saves.
export async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return {name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8')};
}

/// Rows of cells as texts.
export async function tableRows(page) {
  return page
    .locator('.result tbody tr, main.single tbody tr')
    .evaluateAll(rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim())));
}

/// A task's run from its tab to its end.
export async function run(page, task, before = async () => {}) {
  await page.click(`#tab-${task}`);
  await before();
  await page.click('.task button.primary');
  await ended(page);
}

export async function ended(page) {
  await page.waitForFunction(
    () => !document.querySelector('.task .progress') && document.querySelector('.result, .failed, .task .note'),
    null,
    {timeout: 180000},
  );
  await page.waitForTimeout(100);
}
