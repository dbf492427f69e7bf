// The three-dimensional view, drawn by 3Dmol.js.

// 3Dmol draws a chain through residues whose numbers follow one another, so these are numbered anew: a gap is a break.
function drawnNumbers(model) {
  const out = [];
  for (let r = 0, at = 0; r < model.name.length; ++r) {
    at += model.begins[r] === '1' ? 2 : 1;
    out.push(at);
  }
  return out;
}

// The names of nucleotides that 3Dmol draws bases of.
function drawnName(model, r) {
  if (model.kind[r] !== 'n') return model.name[r];
  return 'ACGTU'.includes(model.letter[r]) ? (model.letter[r] === 'T' ? 'DT' : model.letter[r]) : 'A';
}

function drawnAtoms(model) {
  const numbers = drawnNumbers(model), atoms = model.atoms, out = [];
  for (let r = 0; r < model.name.length; ++r)
    for (let a = atoms.first[r]; a < atoms.first[r + 1]; ++a)
      out.push({
        atom: atoms.names[atoms.name[a]],
        elem: atoms.elements[atoms.element[a]],
        resn: drawnName(model, r),
        resi: numbers[r],
        chain: 'c' + model.chain[r],
        x: atoms.at[3 * a] / 1000,
        y: atoms.at[3 * a + 1] / 1000,
        z: atoms.at[3 * a + 2] / 1000,
        b: atoms.b[a] / 100,
        ss: {helix: 'h', strand: 's', coil: 'c'}[stateGroup(model.state[r])],
        hetflag: model.kind[r] === 'l',
        residue: r,
        index: a,
        serial: a,
        bonds: [],
        bondOrder: []
      });
  return out;
}

const kRadii = {C: 0.77, N: 0.7, O: 0.66, S: 1.04, P: 1.1, F: 0.64, SE: 1.17, CL: 0.99, BR: 1.14, I: 1.33};

function tryBond(a, b) {
  const reach = (kRadii[a.elem] || 0.8) + (kRadii[b.elem] || 0.8) + 0.35;
  const d = (a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2;
  if (d > reach * reach || d < 0.16) return;
  a.bonds.push(b.index);
  a.bondOrder.push(1);
  b.bonds.push(a.index);
  b.bondOrder.push(1);
}

// Bonds by distance, in a grid of cells as wide as the longest bond.
function addBonds(atoms) {
  const cells = new Map(), width = 3.1;
  const place = (atom, x, y, z) =>
      Math.floor(atom.x / width + x) + ',' + Math.floor(atom.y / width + y) + ',' + Math.floor(atom.z / width + z);
  for (const atom of atoms) {
    for (let x = -1; x <= 1; ++x)
      for (let y = -1; y <= 1; ++y)
        for (let z = -1; z <= 1; ++z)
          for (const other of cells.get(place(atom, x, y, z)) || []) tryBond(other, atom);
    const own = place(atom, 0, 0, 0);
    if (cells.has(own))
      cells.get(own).push(atom);
    else
      cells.set(own, [atom]);
  }
}

// Whether a residue is drawn by its atoms: ligands, and pieces of chains too short for a ribbon.
function drawnByAtoms(model) {
  const out = new Array(model.name.length).fill(false);
  for (let r = 0; r < out.length;) {
    let end = r + 1;
    while (end < out.length && model.begins[end] === '0') ++end;
    for (let k = r; k < end; ++k) out[k] = model.kind[k] === 'l' || end - r < 3;
    r = end;
  }
  return out;
}

// Whether a chain has too few oxygens for a ribbon: then its Cα are joined.
function isTrace(model, atoms) {
  const oxygens = atoms.filter(atom => atom.atom === 'O' && model.kind[atom.residue] === 'p').length;
  const alphas = atoms.filter(atom => atom.atom === 'CA' && model.kind[atom.residue] === 'p').length;
  return oxygens * 2 < alphas;
}

function makeMolecule(box, on) {
  let viewer = null;
  try {
    viewer = $3Dmol.createViewer(box, {backgroundColor: 'white', antialias: true, hoverDuration: 60});
  } catch (error) {
    viewer = null;
  }
  if (!viewer) {
    box.textContent = 'The 3-D view needs WebGL, which this browser does not offer. Everything else works.';
    box.style.padding = '2em';
    const nothing = () => {};
    return {drawn: false, show: nothing, paint: nothing, hover: nothing, select: nothing, zoom: nothing, png: () => ''};
  }
  let model = null, atoms = [], marks = [], hovered = null, extra = null;

  function anchor(r) {
    const own = atoms.slice(model.atoms.first[r], model.atoms.first[r + 1]);
    return own.find(atom => atom.atom === 'CA' && model.kind[r] === 'p') || own.find(atom => atom.atom === "C1'") ||
        own[Math.floor(own.length / 2)];
  }

  function paint(scheme) {
    const byAtoms = drawnByAtoms(model), trace = isTrace(model, atoms);
    const cartoon = {colorfunc: atom => residueColour(model, scheme, atom.residue), arrows: true};
    if (trace) Object.assign(cartoon, {style: 'trace', thickness: 0.4});
    const colorfunc = atom => atomColour(model, scheme, atom);
    viewer.setStyle({}, {});
    viewer.setStyle({predicate: atom => !byAtoms[atom.residue]}, {cartoon});
    viewer.setStyle({predicate: atom => byAtoms[atom.residue]}, {stick: {radius: 0.22, colorfunc}});
    viewer.addStyle({predicate: atom => byAtoms[atom.residue] && atom.bonds.length === 0}, {sphere: {scale: 0.5, colorfunc}});
    viewer.render();
  }

  function show(next, scheme) {
    viewer.clear();
    extra = hovered = null;
    marks = [];
    model = next;
    atoms = drawnAtoms(model);
    addBonds(atoms);
    viewer.addModel().addAtoms(atoms);
    viewer.setHoverable({}, true, atom => on.hover(atom.residue), () => on.hover(-1));
    viewer.setClickable({}, true, (atom, v, event) => on.click(atom.residue, !!event && (event.shiftKey || event.ctrlKey)));
    paint(scheme);
    viewer.zoomTo();
    viewer.render();
  }

  function hover(r) {
    if (hovered) viewer.removeShape(hovered);
    hovered = null;
    const at = r >= 0 ? anchor(r) : null;
    if (at)
      hovered = viewer.addSphere({center: {x: at.x, y: at.y, z: at.z}, radius: 1.3, color: '#D62778', opacity: 0.6});
    viewer.render();
  }

  // Beside what it names, not on it: on the right, or on the left.
  function label(text, position, side = 'right') {
    viewer.addLabel(text, {
      position,
      fontSize: 13,
      fontColor: 'white',
      backgroundColor: '#222222',
      backgroundOpacity: 0.75,
      inFront: true,
      alignment: side === 'right' ? 'centerLeft' : 'centerRight',
      screenOffset: {x: side === 'right' ? 14 : -14, y: 0}
    });
  }

  // All atoms of the chosen residues, their names, and of two the line between them.
  function select(residues, text) {
    viewer.removeAllLabels();
    marks.forEach(mark => viewer.removeShape(mark));
    marks = [];
    if (extra) viewer.removeModel(extra);
    extra = null;
    const known = residues.filter(r => anchor(r));
    if (known.length) {
      const chosen = new Set(known);
      extra = viewer.addModel();
      extra.addAtoms(atoms.filter(atom => chosen.has(atom.residue)).map(atom => Object.assign({}, atom, {style: undefined})));
      extra.setStyle({}, {stick: {radius: 0.2, colorscheme: 'default'}, sphere: {scale: 0.22, colorscheme: 'default'}});
    }
    if (known.length === 1 || known[0] === known[1])
      known.slice(0, 1).forEach(r => label(residueName(model, r), anchor(r)));
    else if (known.length === 2) {
      const [a, b] = known.map(anchor), point = at => ({x: at.x, y: at.y, z: at.z});
      marks.push(viewer.addCylinder({start: point(a), end: point(b), radius: 0.12, dashed: true, color: '#D62778'}));
      const [left, right] = viewer.modelToScreen([point(a), point(b)]), turned = left.x > right.x;
      label(residueName(model, known[0]), a, turned ? 'right' : 'left');
      label(residueName(model, known[1]), b, turned ? 'left' : 'right');
      if (Math.abs(left.y - right.y) > 60 || Math.abs(left.x - right.x) > 120)
        label(text, {x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, z: (a.z + b.z) / 2});
    }
    viewer.render();
  }

  function distance(a, b) {
    const [p, q] = [anchor(a), anchor(b)];
    return p && q ? Math.hypot(p.x - q.x, p.y - q.y, p.z - q.z) : NaN;
  }

  // Of no residues: all.
  function zoom(residues) {
    const chosen = new Set(residues);
    viewer.zoomTo(residues.length ? {predicate: atom => chosen.has(atom.residue)} : {}, 400);
  }

  window.addEventListener('resize', () => viewer.resize());
  return {drawn: true, show, paint, hover, select, distance, zoom, png: () => viewer.pngURI(), viewer};
}
