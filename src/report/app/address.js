// The view and its settings in the address after #, which no server sees. Sequences are never in it.

/// -> {task, values}
export function readAddress(hash) {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const values = Object.fromEntries(parts);
  delete values.view;
  return {task: parts.get('view') ?? '', values};
}

/// Settings that are as they are by themselves are left out, and so are those that may hold residues.
export function writeAddress(task, settings) {
  const parts = new URLSearchParams({view: task.id});
  for (const [name, spec] of Object.entries(task.settings))
    if (!spec.private && settings[name] !== spec.otherwise && settings[name] !== '')
      parts.set(name, String(settings[name]));
  return '#' + parts;
}

/// A text as the setting's value; undefined where it cannot be one.
export function settingOf(spec, text) {
  if (spec.private) return undefined;
  if (spec.kind === 'flag') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (spec.kind === 'choice') return spec.options.some(([value]) => value === text) ? text : undefined;
  if (spec.kind === 'text') return text;
  const number = Number(text);
  const fits = text !== '' && Number.isFinite(number) && (spec.kind !== 'integer' || Number.isInteger(number));
  return fits && number >= (spec.least ?? -Infinity) && number <= (spec.most ?? Infinity) ? number : undefined;
}

export function settingsFrom(task, values) {
  const out = {};
  for (const [name, spec] of Object.entries(task.settings))
    out[name] = name in values ? (settingOf(spec, values[name]) ?? spec.otherwise) : spec.otherwise;
  return out;
}
