// Runs: what was asked, how far it is, and what came of it; kept until the page is closed.
import {announced, makeStore} from './store.js';

/// The newest first: {id, task, title, settings, state, done, total, detail, result, error, started, ended}; `state` is
/// running, done, failed or cancelled.
export const jobs = makeStore([]);
/// The id of the run that a task shows.
export const shown = makeStore({});

const aborts = new Map();
let count = 0;

function change(id, what) {
  jobs.set(all => all.map(job => (job.id === id ? {...job, ...what} : job)));
}

/// `work(ctx)` gives the result; ctx has `signal`, `progress(done, total, detail)` and `partial(result)`.
export async function startJob({task, name, title, settings, work}) {
  const id = ++count,
    abort = new AbortController();
  aborts.set(id, abort);
  jobs.set(all => [
    {id, task, name, title, settings, state: 'running', done: 0, total: 0, detail: '', started: Date.now()},
    ...all,
  ]);
  shown.set(now => ({...now, [task]: id}));
  announced.set(`${name}: started`);
  const ctx = {
    signal: abort.signal,
    progress: (done, total, detail = '') => change(id, {done, total, detail}),
    partial: result => change(id, {result}),
    busy: () => change(id, {detail: 'the server is busy: waiting'}),
  };
  try {
    const result = await work(ctx);
    change(id, {state: 'done', result, ended: Date.now()});
    announced.set(`${name}: done`);
  } catch (error) {
    const cancelled = error.name === 'AbortError';
    change(id, {state: cancelled ? 'cancelled' : 'failed', error: cancelled ? '' : error.message, ended: Date.now()});
    announced.set(cancelled ? `${name}: cancelled` : `${name} failed: ${error.message}`);
    if (!cancelled && !error.plain && error.status === undefined) console.error(error);
  } finally {
    aborts.delete(id);
  }
}

export function cancelJob(id) {
  aborts.get(id)?.abort();
}

export function removeJob(id) {
  cancelJob(id);
  jobs.set(all => all.filter(job => job.id !== id));
}

/// What the person at the page can mend.
export function plainError(message) {
  return Object.assign(new Error(message), {plain: true});
}
