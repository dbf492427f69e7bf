// Generate: new proteins, shown as they are finished.
import {events} from '../api.js';
import {plainError} from '../jobs.js';
import {saveText} from '../parts/download.js';
import {DataTable} from '../parts/table.jsx';
import {toFasta} from '../sequences.js';

const kEnds = {
  end: 'by itself',
  tokens: 'at the limit of tokens',
  residues: 'at the limit of residues',
  context: 'at the end of what the model reads',
};

function Result({result, addSequences}) {
  const rows = result.proteins.map(one => ({...one, length: one.sequence.length, end: kEnds[one.ended] ?? one.ended}));
  const fasta = () => toFasta(rows.map(row => ({name: row.id, residues: row.sequence})));
  return (
    <>
      <div class="bar">
        <button type="button" disabled={!rows.length} onClick={() => saveText(fasta(), 'generated.fasta')}>
          Save FASTA
        </button>
        <button type="button" disabled={!rows.length} onClick={() => addSequences(fasta())}>
          Add to my sequences
        </button>
      </div>
      <DataTable
        name="generated"
        rows={rows}
        columns={[
          {key: 'id', label: 'name'},
          {key: 'length', label: 'residues', number: true},
          {key: 'perplexity', label: 'perplexity', number: true, digits: 2},
          {key: 'end', label: 'ended'},
          {key: 'sequence', label: 'sequence', render: row => <code class="residue-text">{row.sequence}</code>},
        ]}
      />
    </>
  );
}

export const generate = {
  id: 'generate',
  name: 'Generate',
  verb: 'Generate',
  routes: ['/generate'],
  takes: 'none',
  about: 'New proteins, written residue by residue; each is shown when it is finished.',
  settings: () => ({
    prompt: {
      label: 'Begins with',
      kind: 'text',
      otherwise: '',
      private: true,
      placeholder: 'M',
      help: 'residues; empty: the model begins',
    },
    number: {label: 'Proteins', kind: 'integer', otherwise: 5, least: 1, most: 1024},
    max_new_tokens: {label: 'Tokens at most', kind: 'integer', otherwise: 256, least: 1, most: 4096},
    greedy: {label: 'The likeliest token always', kind: 'flag', otherwise: false},
    temperature: {
      label: 'Temperature',
      kind: 'number',
      otherwise: '',
      least: 0.01,
      most: 10,
      optional: true,
      placeholder: "the model's",
    },
    top_p: {
      more: true,
      label: 'Top p',
      kind: 'number',
      otherwise: '',
      least: 0.01,
      most: 1,
      optional: true,
      placeholder: "the model's",
    },
    top_k: {
      more: true,
      label: 'Top k',
      kind: 'integer',
      otherwise: '',
      least: 0,
      optional: true,
      placeholder: "the model's",
    },
    repetition_penalty: {
      more: true,
      label: 'Repetition penalty',
      kind: 'number',
      otherwise: '',
      least: 0.1,
      most: 10,
      optional: true,
      placeholder: "the model's",
    },
    seed: {label: 'Seed', kind: 'integer', otherwise: 0, least: 0, help: 'the same seed gives the same proteins'},
  }),
  async run(ctx, {settings, info}) {
    const body = {
      stream: true,
      number: Math.min(settings.number, info.max_client_batch_size ?? settings.number),
      max_new_tokens: settings.max_new_tokens,
      seed: settings.seed,
      greedy: settings.greedy,
    };
    if (settings.prompt) body.prompt = settings.prompt.replace(/\s+/g, '').toUpperCase();
    if (!settings.greedy)
      for (const name of ['temperature', 'top_p', 'top_k']) if (settings[name] !== '') body[name] = settings[name];
    if (settings.repetition_penalty !== '') body.repetition_penalty = settings.repetition_penalty;
    const proteins = [];
    ctx.progress(0, body.number, 'proteins');
    ctx.partial({proteins: []});
    for await (const text of events('/generate', body, ctx)) {
      if (text === '[DONE]') return {proteins};
      const one = JSON.parse(text);
      if (one.error) throw plainError(one.error);
      proteins.push(one);
      ctx.progress(proteins.length, body.number, 'proteins');
      ctx.partial({proteins: [...proteins]});
    }
    throw plainError(`The server ended after ${proteins.length} of ${body.number} proteins.`);
  },
  Result,
};
