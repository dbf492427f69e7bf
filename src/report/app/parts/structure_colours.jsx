// What residues of a structure are called and coloured by, and what the colours mean.

const kBands = [
  [90, '#0053D6', 'very high, above 90'],
  [70, '#65CBF3', 'confident, 70 to 90'],
  [50, '#FFDB13', 'low, 50 to 70'],
  [-Infinity, '#FF7D45', 'very low, below 50'],
];
const kChains = ['#3B7DD8', '#E07B39', '#3C9D5D', '#B0479B', '#8C6D31', '#2AA5A0', '#D6455A', '#7A6FD0'];
const kStates = {h: '#C2317A', s: '#E0A100', c: '#8A94A0'};

export function bandColour(value) {
  return kBands.find(([above]) => value > above)[1];
}

// Blue, pale yellow, red.
function ramp(part) {
  const stops = [
      [44, 123, 182],
      [255, 245, 170],
      [215, 25, 28],
    ],
    at = Math.min(1, Math.max(0, part || 0)) * 2,
    i = Math.min(1, Math.floor(at));
  return (
    '#' +
    stops[i]
      .map((from, k) =>
        Math.round(from + (stops[i + 1][k] - from) * (at - i))
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')
  );
}

// One row for each residue, in the order of the file: the value is that of its Cα, or of its first atom.
export function residuesOf(atoms) {
  const found = new Map();
  for (const atom of atoms) {
    const key = `${atom.chain} ${atom.resi}${atom.icode ?? ''} ${atom.resn}`,
      known = found.get(key);
    if (!known)
      found.set(key, {
        chain: atom.chain,
        number: `${atom.resi}${atom.icode?.trim() ?? ''}`,
        residue: atom.resn,
        value: atom.b,
        het: !!atom.hetflag,
      });
    else if (atom.atom === 'CA') known.value = atom.b;
  }
  return [...found.values()];
}

export function isPlddt(text) {
  return /_ma_qa_metric|alphafold|esmfold|openfold|plddt|protenix|boltz/i.test(text.slice(0, 200000));
}

export function colourOf(scheme, chains, range) {
  if (scheme === 'chain') return atom => kChains[chains.indexOf(atom.chain) % kChains.length];
  if (scheme === 'state') return atom => kStates[atom.ss] ?? kStates.c;
  if (scheme === 'plddt') return atom => bandColour(atom.b);
  return atom => ramp((atom.b - range[0]) / (range[1] - range[0] || 1));
}

export function StructureLegend({scheme, chains, range}) {
  const spot = (colour, text) => (
    <span key={text}>
      <i class="spot" style={{background: colour}}></i>
      {text}
    </span>
  );
  if (scheme === 'plddt')
    return <div class="legend">pLDDT: {kBands.map(([, colour, text]) => spot(colour, text))}</div>;
  if (scheme === 'chain')
    return <div class="legend">{chains.map((chain, i) => spot(kChains[i % kChains.length], `chain ${chain}`))}</div>;
  if (scheme === 'state')
    return (
      <div class="legend">
        {spot(kStates.h, 'helix')}
        {spot(kStates.s, 'strand')}
        {spot(kStates.c, 'other')}
      </div>
    );
  return (
    <div class="legend">
      B factor <span class="number">{range[0].toFixed(0)}</span>
      <span class="ramp" style={{background: `linear-gradient(90deg, ${ramp(0)}, ${ramp(0.5)}, ${ramp(1)})`}}></span>
      <span class="number">{range[1].toFixed(0)} Å²</span>
    </div>
  );
}
