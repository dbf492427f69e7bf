// Masks: which residues the model would put in the place of some.
import {useMemo} from 'preact/hooks';
import {call} from '../api.js';
import {plainError} from '../jobs.js';
import {Residues} from '../parts/residues.jsx';
import {DataTable} from '../parts/table.jsx';
import {parsePositions, places} from '../sequences.js';

function chosenIn(text, residues) {
  const masked = residues.flatMap((one, i) => (one === '<mask>' ? [i + 1] : []));
  return new Set([...masked, ...parsePositions(text ?? '', residues.length)]);
}

function quiet(text, residues) {
  try {
    return chosenIn(text, residues);
  } catch {
    return new Set();
  }
}

function Extra({one, settings, onChange}) {
  const residues = useMemo(() => places(one?.residues ?? ''), [one]);
  const chosen = quiet(settings.positions, residues);
  const toggle = position => {
    const next = new Set(chosen);
    next.has(position) ? next.delete(position) : next.add(position);
    onChange({...settings, positions: [...next].sort((a, b) => a - b).join(', ')});
  };
  if (!one) return null;
  return (
    <Residues
      residues={residues}
      chosen={chosen}
      onToggle={toggle}
      label={`Residues of ${one.name}: choose those to mask`}
    />
  );
}

function Bars({choices}) {
  return (
    <span class="bars">
      {choices.map(({residue, probability}) => (
        <span key={residue} class="choice" title={`${residue}: ${probability.toFixed(4)}`}>
          <b>{residue}</b>
          <span class="track">
            <span style={{width: `${100 * probability}%`}}></span>
          </span>
          <span class="number">{probability.toFixed(3)}</span>
        </span>
      ))}
    </span>
  );
}

function Result({result}) {
  const rows = result.masks.map(({position, choices}) => ({
    position,
    was: result.residues[position - 1] === '<mask>' ? '' : result.residues[position - 1],
    best: choices[0]?.residue,
    probability: choices[0]?.probability,
    choices,
    all: choices.map(one => `${one.residue} ${one.probability.toFixed(4)}`).join('; '),
  }));
  return (
    <DataTable
      name={`masks ${result.name}`}
      rows={rows}
      columns={[
        {key: 'position', label: 'position', number: true},
        {key: 'was', label: 'residue'},
        {key: 'best', label: 'likeliest'},
        {key: 'probability', label: 'probability', number: true, digits: 3},
        {key: 'all', label: 'choices', render: row => <Bars choices={row.choices} />},
      ]}
    />
  );
}

export const masks = {
  id: 'masks',
  name: 'Masks',
  verb: 'Fill the masks',
  routes: ['/fill-mask'],
  takes: 'one',
  about: 'Hide residues and see what the model expects in their place.',
  settings: () => ({
    positions: {
      label: 'Positions to mask',
      kind: 'text',
      otherwise: '',
      private: true,
      placeholder: '5, 10-12',
      help: 'or choose residues below; <mask> in a sequence is masked anyway',
    },
    together: {
      label: 'Masked',
      kind: 'choice',
      otherwise: 'together',
      options: [
        ['together', 'all at once'],
        ['alone', 'one at a time'],
      ],
    },
    top: {label: 'Choices of each', kind: 'integer', otherwise: 5, least: 1, most: 20},
  }),
  Extra,
  async run(ctx, {one, settings}) {
    const residues = places(one.residues);
    let chosen;
    try {
      chosen = [...chosenIn(settings.positions, residues)].sort((a, b) => a - b);
    } catch (error) {
      throw plainError(error.message);
    }
    if (chosen.length === 0) throw plainError('Choose residues to mask: in the sequence, or by their numbers.');
    const groups = settings.together === 'together' ? [chosen] : chosen.map(position => [position]);
    const out = [];
    for (const group of groups) {
      ctx.progress(out.length, chosen.length, 'masks');
      const hidden = new Set(group);
      const text = residues.map((residue, i) => (hidden.has(i + 1) ? '<mask>' : residue)).join('');
      const found = (await call('/fill-mask', {sequence: text, top: settings.top}, ctx)).masks;
      out.push(...found.filter(mask => hidden.has(mask.position)));
      ctx.partial({name: one.name, residues, masks: [...out]});
    }
    return {name: one.name, residues, masks: out};
  },
  Result,
};
