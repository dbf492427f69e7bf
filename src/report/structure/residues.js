// What residues are called, and which colour they have in each scheme.
const kBands = [
  {above: 90, colour: '#0053D6', name: 'very high', range: '> 90'},
  {above: 70, colour: '#65CBF3', name: 'confident', range: '70–90'},
  {above: 50, colour: '#FFDB13', name: 'low', range: '50–70'},
  {above: -Infinity, colour: '#FF7D45', name: 'very low', range: '< 50'}
];
const kStates = {
  H: 'α-helix',
  G: '3₁₀-helix',
  I: 'π-helix',
  E: 'strand',
  B: 'bridge',
  T: 'turn',
  S: 'bend',
  C: 'coil'
};
const kStateColours = {helix: '#C2317A', strand: '#E0A100', coil: '#8A94A0'};
const kChainColours = [
  '#3B7DD8', '#E07B39', '#3C9D5D', '#B0479B', '#8C6D31', '#2AA5A0', '#D6455A', '#7A6FD0', '#6E7B22', '#4F6D8F'
];
const kElementColours = {N: '#3050F8', O: '#E0201B', S: '#D0A000', P: '#FF8000', F: '#50B030', CL: '#1FB01F', BR: '#A62929'};
const kNone = '#C4C8CE';
const kSchemes = {
  plddt: 'pLDDT',
  chain: 'chain',
  state: 'secondary structure',
  b: 'B factor'
};

function bandOf(value) { return kBands.find(band => value > band.above); }

function stateGroup(letter) {
  if ('HGI'.includes(letter)) return 'helix';
  return 'EB'.includes(letter) ? 'strand' : 'coil';
}

// Blue, pale yellow, red.
function rampColour(part) {
  const stops = [[44, 123, 182], [255, 245, 170], [215, 25, 28]];
  const at = Math.min(1, Math.max(0, part)) * 2, i = Math.min(1, Math.floor(at));
  const mixed = stops[i].map((from, k) => Math.round(from + (stops[i + 1][k] - from) * (at - i)));
  return '#' + mixed.map(x => x.toString(16).padStart(2, '0')).join('');
}

function chainColour(model, chain) { return kChainColours[model.chains[chain].colour % kChainColours.length]; }

function valueColour(model, scheme, value) {
  if (value === null || !Number.isFinite(value)) return kNone;
  if (scheme === 'plddt') return bandOf(value).colour;
  return rampColour((value - model.low) / (model.high - model.low || 1));
}

function residueColour(model, scheme, r) {
  if (scheme === 'chain') return chainColour(model, model.chain[r]);
  if (scheme === 'state') return model.kind[r] === 'p' ? kStateColours[stateGroup(model.state[r])] : kNone;
  return valueColour(model, scheme, model.value[r]);
}

// Atoms of ligands have colours of their own: values, or elements.
function atomColour(model, scheme, atom) {
  if (scheme === 'plddt' || scheme === 'b') return valueColour(model, scheme, atom.b);
  return kElementColours[atom.elem] || residueColour(model, scheme, atom.residue);
}

function isDark(colour) {
  const [r, g, b] = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b < 140;
}

function capital(name) { return name.length === 3 ? name[0] + name.slice(1).toLowerCase() : name; }

// Where there is little room.
function shortName(chain) {
  const name = chain.name || '–';
  return name.length > 10 ? name.slice(0, 9) + '…' : name;
}

function residueName(model, r) {
  const name = model.kind[r] === 'p' ? capital(model.name[r]) : model.name[r];
  return shortName(model.chains[model.chain[r]]) + ' ' + name + ' ' + model.label[r];
}

function residueText(model, r) {
  const parts = [residueName(model, r)], value = model.value[r];
  if (value !== null && model.measure === 'plddt')
    parts.push('pLDDT ' + value.toFixed(1) + ' (' + bandOf(value).name + ')');
  if (value !== null && model.measure === 'b') parts.push('B factor ' + value.toFixed(1) + ' Å²');
  if (kStates[model.state[r]]) parts.push(kStates[model.state[r]]);
  return parts.join(' · ');
}
