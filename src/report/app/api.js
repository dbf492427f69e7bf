// Asks the server that the page came from, and no other. The key is asked for when it is needed and kept in memory alone.
import {makeStore} from './store.js';

/// Somebody waits for a key: {resolve, wrong}; null: nobody.
export const keyRequest = makeStore(null);

export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

let key = '';
let asking = null;

function askForKey(wrong) {
  asking ??= new Promise(resolve => keyRequest.set({resolve, wrong})).finally(() => {
    asking = null;
    keyRequest.set(null);
  });
  return asking;
}

// The message in whichever of the three forms of errors that the server has.
async function messageOf(response) {
  const text = await response.text();
  try {
    const {error} = JSON.parse(text);
    return typeof error === 'string' ? error : error.message;
  } catch {
    return text.trim() || `the server answers with status ${response.status}`;
  }
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, 1000 * seconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('ended', 'AbortError'));
    });
  });
}

/// -> a response with status 2xx. Waits where the server is busy (`busy` is called then). Errors: ApiError.
export async function request(path, {body, method, signal, busy} = {}) {
  for (let tries = 0; ; ++tries) {
    const used = key;
    const headers = used ? {Authorization: `Bearer ${used}`} : {};
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    let response;
    try {
      response = await fetch(path.replace(/^\//, ''), {
        // from the page's own folder: it may be behind a proxy
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
        credentials: 'omit',
        cache: 'no-store',
      });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new ApiError('The server cannot be reached. Is it still running?', 0);
    }
    if (response.ok) return response;
    if (response.status === 401) {
      if (key === used) {
        const given = await askForKey(used !== '');
        if (given === null) throw new ApiError('This server needs a key.', 401);
        key = given;
      }
      continue;
    }
    if (response.status === 429 && tries < 600) {
      busy?.();
      await pause(Math.min(30, Number(response.headers.get('Retry-After')) || 1), signal);
      continue;
    }
    throw new ApiError(await messageOf(response), response.status);
  }
}

export async function call(path, body, more = {}) {
  return (await request(path, {...more, body})).json();
}

/// The texts of server-sent events, as they come.
export async function* events(path, body, more = {}) {
  const response = await request(path, {...more, body});
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = '';
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    waiting += value;
    const parts = waiting.split('\n\n');
    waiting = parts.pop();
    for (const part of parts)
      yield part
        .split('\n')
        .filter(line => line.startsWith('data:'))
        .map(line => line.slice(5).trim())
        .join('\n');
  }
}
