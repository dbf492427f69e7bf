// Lists beside the view: colours, chains, scores, notes. All text goes in as text.
function fillSelect(select, options) {
  select.textContent = '';
  for (const [value, text] of options) {
    const option = document.createElement('option');
    option.value = value;
    option.textContent = text;
    select.append(option);
  }
}

function schemesOf(model) {
  const out = model.measure === 'plddt' ? ['plddt', 'chain', 'state'] : ['chain', 'state'];
  if (model.measure === 'b') out.push('b');
  return out;
}

function swatch(colour) {
  const out = document.createElement('i');
  out.style.background = colour;
  return out;
}

function legendEntry(colour, text) {
  const out = document.createElement('span');
  out.append(swatch(colour), text);
  return out;
}

// The first dozen names; a chain and the ligands beside it have the same.
function chainEntries(model) {
  const names = new Map();
  model.chains.forEach((chain, i) => names.set(chain.name, chainColour(model, i)));
  const out = [...names].slice(0, 12).map(([name, colour]) => legendEntry(colour, shortName({name})));
  if (names.size > 12) out.push('and ' + (names.size - 12) + ' more');
  return out;
}

function showLegend(box, model, scheme) {
  box.textContent = '';
  if (scheme === 'plddt') box.append(...kBands.map(band => legendEntry(band.colour, band.name + ' (' + band.range + ')')));
  if (scheme === 'state')
    box.append(...Object.keys(kStateColours).map(name => legendEntry(kStateColours[name], name)));
  if (scheme === 'chain') box.append(...chainEntries(model));
  if (scheme !== 'b') return;
  const ramp = legendEntry('', model.low.toFixed(0) + ' to ' + model.high.toFixed(0) + ' Å²');
  const stops = [0, 0.25, 0.5, 0.75, 1].map(rampColour).join(',');
  ramp.firstChild.style.background = 'linear-gradient(90deg,' + stops + ')';
  ramp.firstChild.className = 'ramp';
  box.append(ramp);
}

function row(cells, tag) {
  const out = document.createElement('tr');
  for (const cell of cells) {
    const one = document.createElement(tag || 'td');
    if (typeof cell === 'number' || (cell && cell.number)) one.className = 'number';
    one.append(cell instanceof Node ? cell : String(cell && cell.number !== undefined ? cell.number : cell));
    out.append(one);
  }
  return out;
}

function range(first, count) { return Array.from({length: count}, (unused, i) => first + i); }

function showChains(table, model, zoom) {
  const measure = {plddt: 'mean pLDDT', b: 'mean B factor'}[model.measure];
  table.textContent = '';
  table.append(row(['chain', 'what', {number: 'residues'}].concat(measure ? [{number: measure}] : []), 'th'));
  model.chains.forEach((chain, i) => {
    const link = document.createElement('a');
    link.textContent = chain.name || '–';
    link.title = 'show this chain alone in the middle';
    link.addEventListener('click', () => zoom(range(chain.first, chain.count)));
    const name = document.createElement('span');
    name.append(swatch(chainColour(model, i)), link);
    const mean = chain.mean === null ? '–' : chain.mean.toFixed(1);
    const unseen = chain.unseen ? ' (' + chain.unseen + ' without coordinates)' : '';
    table.append(row([name, chain.kind + unseen, chain.count].concat(measure ? [{number: mean}] : [])));
  });
}

function showPairs(pairs) {
  const table = part('pairs');
  part('pairs-part').hidden = !pairs;
  table.textContent = '';
  if (!pairs) return;
  table.append(row([''].concat(pairs.names.map(name => ({number: name}))), 'th'));
  pairs.values.forEach((values, i) => {
    table.append(row([pairs.names[i]].concat(values.map(x => ({number: x === null ? '–' : x.toFixed(2)})))));
  });
}

function showScores(model) {
  const table = part('scores');
  part('scores-part').hidden = model.scores.length === 0;
  table.textContent = '';
  for (const [name, text] of model.scores) table.append(row([name, {number: text}]));
  showPairs(model.pairs);
}

function showNotes(list, notes) {
  list.textContent = '';
  for (const note of notes) {
    const item = document.createElement('li');
    item.textContent = note;
    list.append(item);
  }
}
