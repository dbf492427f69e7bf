// Fold: a job of the server, followed until its files are there.
import {useState} from 'preact/hooks';
import {call, events, request} from '../api.js';
import {plainError} from '../jobs.js';
import {StructureView} from '../parts/structure_view.jsx';
import {formatOf, paeNamesOf, paeOf} from './structure.jsx';

// Numbers and switches of the route's own table of fields.
function settingsOf(openapi) {
  const fields = openapi.paths['/fold'].post.requestBody.content['application/json'].schema.properties,
    out = {};
  for (const [name, field] of Object.entries(fields)) {
    const kind = {integer: 'integer', number: 'number', boolean: 'flag'}[field.type];
    if (!kind) continue;
    out[name] = {
      label: name.replace(/_/g, ' '),
      kind,
      help: field.description,
      more: true,
      least: field.minimum,
      most: field.maximum,
      ...(kind === 'flag'
        ? {otherwise: false}
        : {otherwise: '', optional: true, placeholder: field.default === undefined ? '' : String(field.default)}),
    };
  }
  return out;
}

async function textOf(job, name, ctx) {
  return (await request(job.files.find(file => file.name === name).path, ctx)).text();
}

// The model and what is said of it; the root's model of an output folder stands for the best sample.
async function modelOf(job, name, ctx) {
  const stem = name.replace(/\.(cif|pdb)$/, ''),
    has = other => job.files.some(file => file.name === other);
  const confidences = [
    `${stem}.pae.json`,
    stem.replace(/_?model$/, '') + '_confidences.json',
    stem.replace(/model$/, 'confidences') + '.json',
  ].find(has);
  const summary = [stem.replace(/model$/, 'summary_confidences') + '.json', `${stem}.json`].find(has);
  const json = confidences ? JSON.parse(await textOf(job, confidences, ctx)) : null,
    facts = [];
  if (summary) {
    const told = JSON.parse(await textOf(job, summary, ctx));
    for (const [key, label] of [
      ['ptm', 'pTM'],
      ['iptm', 'ipTM'],
      ['ranking_score', 'ranking score'],
    ])
      if (typeof told[key] === 'number') facts.push([label, told[key].toFixed(2)]);
  }
  return {
    name: stem,
    text: await textOf(job, name, ctx),
    format: formatOf(name),
    measure: 'plddt',
    pae: paeOf(json),
    paeNames: paeNamesOf(json),
    facts,
  };
}

async function follow(ctx, first) {
  for await (const text of events(`/jobs/${first.id}/events`, undefined, ctx)) {
    if (!text) continue;
    const job = JSON.parse(text),
      now = job.progress;
    if (job.state === 'done') return job;
    if (job.state === 'failed') throw plainError(job.error?.message ?? 'the job failed');
    if (job.state === 'cancelled' || job.state === 'removed') throw plainError('the server has ended the job');
    if (now) ctx.progress(now.done, now.total, [now.unit, now.stage, now.detail].filter(Boolean).join(' · '));
    else ctx.progress(0, 0, job.jobs_before ? `${job.jobs_before} jobs before this one` : job.state);
  }
  throw plainError('the server ended before the job was done');
}

function Result({result}) {
  const [at, setAt] = useState(0);
  return (
    <>
      {result.models.length > 1 && (
        <div class="fields">
          <div class="field">
            <label>
              Model{' '}
              <select value={at} onChange={event => setAt(Number(event.target.value))}>
                {result.models.map((model, i) => (
                  <option key={i} value={i}>
                    {model.name}
                  </option>
                ))}
              </select>
            </label>
          </div>
        </div>
      )}
      <StructureView key={at} model={result.models[at]} />
      {result.messages.length > 0 && (
        <details>
          <summary>Messages of the run</summary>
          <ul class="messages">
            {result.messages.map((text, i) => (
              <li key={i}>{text}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

export const fold = {
  id: 'fold',
  name: 'Fold',
  verb: 'Fold',
  routes: ['/fold', '/jobs/{id}', '/jobs/{id}/events', '/jobs/{id}/files/{file}'],
  takes: 'one',
  complexes: true,
  about:
    'Predicts the structure of a protein; chains of a complex are joined by “:”. It takes a while, and the page may be used meanwhile.',
  settings: (info, openapi) => settingsOf(openapi),
  async run(ctx, {one, settings}) {
    const body = {sequence: one.residues};
    for (const [name, value] of Object.entries(settings)) if (value !== '' && value !== false) body[name] = value;
    const started = await call('/fold', body, ctx);
    try {
      const job = await follow(ctx, started);
      const all = job.files.map(file => file.name);
      // Where a structure is there in both formats one of them is shown.
      const names = all
        .filter(name => /\.cif$/.test(name) || (/\.pdb$/.test(name) && !all.includes(name.replace(/pdb$/, 'cif'))))
        .sort((a, b) => a.split('/').length - b.split('/').length);
      if (names.length === 0)
        throw plainError(job.messages?.at(-1) ?? 'there is no structure among the files of the job');
      ctx.progress(0, 0, 'fetching the structure');
      const models = [];
      for (const name of names.slice(0, 6)) models.push(await modelOf(job, name, ctx));
      return {models, messages: job.messages ?? []};
    } catch (error) {
      if (error.name === 'AbortError') request(`/jobs/${started.id}`, {method: 'DELETE'}).catch(() => {});
      throw error;
    }
  },
  Result,
};
