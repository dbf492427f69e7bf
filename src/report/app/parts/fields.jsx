// A form made of a task's table of settings.
import {useId} from 'preact/hooks';
import {settingOf} from '../address.js';

function Field({spec, value, onChange, error}) {
  const id = useId(),
    about = spec.help ? `${id}-help` : undefined;
  if (spec.kind === 'flag')
    return (
      <div class="field flag">
        <input
          id={id}
          type="checkbox"
          checked={value}
          onChange={event => onChange(event.target.checked)}
          aria-describedby={about}
        />
        <label for={id}>{spec.label}</label>
        {spec.help && <small id={about}>{spec.help}</small>}
      </div>
    );
  const number = spec.kind === 'integer' || spec.kind === 'number';
  const common = {id, value: value ?? '', 'aria-describedby': about, 'aria-invalid': error ? 'true' : undefined};
  return (
    <div class="field">
      <label for={id}>{spec.label}</label>
      {spec.kind === 'choice' ? (
        <select {...common} onChange={event => onChange(event.target.value)}>
          {spec.options.map(([option, label]) => (
            <option key={option} value={option}>
              {label}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...common}
          type={number ? 'number' : 'text'}
          min={spec.least}
          max={spec.most}
          placeholder={spec.placeholder}
          step={spec.kind === 'integer' ? 1 : 'any'}
          inputMode={number ? 'decimal' : undefined}
          spellcheck={false}
          autocomplete="off"
          onInput={event => onChange(event.target.value)}
        />
      )}
      {spec.help && <small id={about}>{spec.help}</small>}
    </div>
  );
}

/// Fields of settings, those with `more` folded away; texts of numbers that are none yet stay as they are typed, and the run refuses them.
export function Fields({specs, settings, onChange}) {
  const set = (name, spec) => value =>
    onChange({
      ...settings,
      [name]: typeof value === 'string' ? (settingOf({...spec, private: false}, value) ?? value) : value,
    });
  const part = which =>
    Object.entries(specs)
      .filter(([, spec]) => !spec.hidden && !!spec.more === which)
      .map(([name, spec]) => (
        <Field
          key={name}
          spec={spec}
          value={settings[name]}
          error={problemOf(spec, settings[name])}
          onChange={set(name, spec)}
        />
      ));
  const first = part(false),
    more = part(true);
  const changed = Object.entries(specs).some(([name, spec]) => spec.more && settings[name] !== spec.otherwise);
  return (
    <>
      {first.length > 0 && <div class="fields">{first}</div>}
      {more.length > 0 && (
        <details open={changed || undefined}>
          <summary>More settings</summary>
          <div class="fields">{more}</div>
        </details>
      )}
    </>
  );
}

function problemOf(spec, value) {
  if (spec.kind !== 'integer' && spec.kind !== 'number') return '';
  if (value === '' || value === undefined || value === null) return spec.optional ? '' : 'a number is missing';
  if (typeof value === 'number') return '';
  const range =
    spec.least !== undefined && spec.most !== undefined
      ? ` from ${spec.least} to ${spec.most}`
      : spec.least !== undefined
        ? ` from ${spec.least} on`
        : '';
  return `“${value}” is no ${spec.kind === 'integer' ? 'whole ' : ''}number${range}`;
}

/// What is wrong with the settings of a task; '' where nothing is.
export function settingsProblem(specs, settings) {
  for (const [name, spec] of Object.entries(specs)) {
    const problem = problemOf(spec, settings[name]);
    if (problem) return `${spec.label}: ${problem}`;
  }
  return '';
}
