// Puts the page together: what is hovered and chosen in one part is marked in all.
const part = id => document.getElementById(id);
const view = JSON.parse(part('data').textContent);
const state = {model: view.models[0], scheme: '', which: 'pae', chosen: []};

const molecule = makeMolecule(part('molecule'), {hover: r => hoverOne(r, 'molecule'), click: choose});
const sequence = makeSequence(part('sequence'), {hover: r => hoverOne(r, 'sequence'), click: choose});
const track = makeTrack(part('track'), {hover: r => hoverOne(r, 'track'), click: choose});
const maps = makeMaps(part('map'), {hover: hoverPair, click: pair => choosePair(pair.row, pair.column, pair.text)});

function say(text) { part('residue').textContent = text || chosenText(); }

function hoverOne(r, from) {
  if (state.hovered === r) return;
  state.hovered = r;
  molecule.hover(r);
  sequence.mark(r >= 0 ? [r] : [], 'hovered');
  if (r >= 0 && from !== 'sequence') sequence.reveal(r);
  track.mark(r >= 0 ? [r] : state.chosen);
  maps.mark(...(r >= 0 ? [r, r] : cross()));
  say(r >= 0 ? residueText(state.model, r) : '');
}

function hoverPair(pair) {
  const key = pair ? pair.row + ' ' + pair.column : '';
  if (state.hoveredPair === key) return;
  state.hoveredPair = key;
  sequence.mark(pair ? [pair.row, pair.column] : [], 'hovered');
  track.mark(pair ? [pair.row, pair.column] : state.chosen);
  molecule.hover(pair ? pair.column : -1);
  say(pair ? pairText(pair.row, pair.column, pair.text) : '');
}

// Row and column of the map that stand for what is chosen.
function cross() { return state.chosen.length ? [state.chosen[0], state.chosen[state.chosen.length - 1]] : [-1, -1]; }

function pairText(row, column, text) {
  return residueName(state.model, row) + ' – ' + residueName(state.model, column) + (text ? ' · ' + text : '');
}

function distanceText(row, column) {
  const distance = molecule.drawn ? molecule.distance(row, column) : NaN;
  return Number.isFinite(distance) ? distance.toFixed(1) + ' Å' : '';
}

function chosenText() {
  if (state.chosen.length === 0) return '';
  if (state.chosen.length === 1) return residueText(state.model, state.chosen[0]);
  const [row, column] = state.chosen, apart = distanceText(row, column);
  return pairText(row, column, state.said) + (apart ? ' · ' + apart + ' apart' : '');
}

function showChosen() {
  const [row, column] = state.chosen;
  molecule.select(state.chosen, state.chosen.length === 2 ? distanceText(row, column) : '');
  sequence.mark(state.chosen, 'selected');
  if (state.chosen.length) sequence.reveal(state.chosen[0]);
  track.mark(state.chosen);
  maps.mark(...cross());
  say('');
}

// A residue; with `more` a second one beside the first.
function choose(r, more) {
  if (more && state.chosen.length === 1 && state.chosen[0] !== r) return choosePair(state.chosen[0], r, '');
  state.chosen = [r];
  state.said = '';
  showChosen();
}

function choosePair(row, column, text) {
  state.chosen = row === column ? [row] : [row, column];
  state.said = text || maps.said(row, column);
  showChosen();
}

function clear() {
  state.chosen = [];
  showChosen();
}

function setScheme(scheme) {
  state.scheme = scheme;
  part('scheme').value = scheme;
  molecule.paint(scheme);
  sequence.paint(scheme);
  track.paint(scheme);
  showLegend(part('legend'), state.model, scheme);
  showChains(part('chains'), state.model, molecule.zoom);
}

function setMap(which) {
  state.which = which;
  part('tab-pae').hidden = !state.model.pae;
  part('tab-contacts').textContent = state.model.probabilities ? 'Contact probability' : 'Contacts';
  for (const name of ['pae', 'contacts']) part('tab-' + name).setAttribute('aria-selected', String(name === which));
  part('map-note').textContent = maps.show(state.model, which);
  maps.mark(...cross());
}

function setModel(at) {
  const model = state.model = view.models[at];
  state.chosen = [];
  const names = schemesOf(model);
  fillSelect(part('scheme'), names.map(name => [name, kSchemes[name]]));
  molecule.show(model, names.includes(state.scheme) ? state.scheme : model.scheme);
  sequence.show(model);
  track.show(model);
  part('track-title').textContent = model.measure === 'plddt' ? 'Confidence along the chains' : 'B factors along the chains';
  part('said').textContent = model.said;
  showScores(model);
  showNotes(part('notes'), view.notes.concat(model.notes));
  setScheme(names.includes(state.scheme) ? state.scheme : model.scheme);
  setMap(model.pae ? state.which : 'contacts');
  say('');
}

function savePng() {
  const link = document.createElement('a');
  link.href = molecule.png();
  link.download = 'structure.png';
  link.click();
}

part('title').textContent = view.title;
fillSelect(part('sample'), view.models.map((model, i) => [i, model.title]));
part('samples').hidden = view.models.length < 2;
part('sample').addEventListener('change', event => setModel(Number(event.target.value)));
part('scheme').addEventListener('change', event => setScheme(event.target.value));
part('tab-pae').addEventListener('click', () => setMap('pae'));
part('tab-contacts').addEventListener('click', () => setMap('contacts'));
part('reset').addEventListener('click', () => molecule.zoom([]));
part('clear').addEventListener('click', clear);
part('png').addEventListener('click', savePng);
part('png').hidden = !molecule.drawn;
document.addEventListener('keydown', event => event.key === 'Escape' && clear());
setModel(0);
