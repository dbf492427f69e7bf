// Light or dark, as the system says or as was chosen; and the colours of charts, which no style sheet reaches.
import {makeStore, useStore} from '../store.js';

const system = window.matchMedia('(prefers-color-scheme: dark)');

// A page from a file may have no storage.
function kept() {
  try {
    return localStorage.getItem('groel-theme') ?? '';
  } catch {
    return '';
  }
}

/// 'light', 'dark', or '': as the system.
export const theme = makeStore(kept());
export const dark = makeStore(false);

function apply() {
  const chosen = theme.get();
  dark.set(chosen ? chosen === 'dark' : system.matches);
  document.documentElement.dataset.theme = dark.get() ? 'dark' : 'light';
}

export function setTheme(chosen) {
  theme.set(chosen);
  try {
    chosen ? localStorage.setItem('groel-theme', chosen) : localStorage.removeItem('groel-theme');
  } catch {
    // The choice holds until the page is closed.
  }
  apply();
}

system.addEventListener('change', apply);
apply();

const kLight = {
  text: '#1b2733',
  soft: '#556372',
  line: '#d4dae1',
  surface: '#ffffff',
  accent: '#0b63ce',
  mark: '#c2186b',
  none: '#e2e5e9',
  point: '#1f6fd1',
};
const kDark = {
  text: '#e8edf2',
  soft: '#a3afbb',
  line: '#35404b',
  surface: '#161c23',
  accent: '#6cb2ff',
  mark: '#ff6fae',
  none: '#3a434d',
  point: '#6cb2ff',
};

export function coloursOf(isDark) {
  return isDark ? kDark : kLight;
}
export function useColours() {
  return coloursOf(useStore(dark));
}

const kViridis = [
  '#440154',
  '#482878',
  '#3e4989',
  '#31688e',
  '#26828e',
  '#1f9e89',
  '#35b779',
  '#6ece58',
  '#b5de2b',
  '#fde725',
];
const kRedBlue = [
  '#67001f',
  '#b2182b',
  '#d6604d',
  '#f4a582',
  '#fddbc7',
  '#f7f7f7',
  '#d1e5f0',
  '#92c5de',
  '#4393c3',
  '#2166ac',
  '#053061',
];
const kBlues = ['#ffffff', '#dcebfa', '#a9cdf0', '#5f9fdd', '#2468b8', '#0b3a78'];
const kErrors = ['#003c1e', '#0c6b35', '#3f9a5c', '#8cc49a', '#c9e4cd', '#f5fbf5'];
const kNights = ['#161c23', '#1c3350', '#235490', '#3f86d8', '#86bbf5', '#e4f1ff'];

function rgb(colour) {
  return [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
}

/// A palette: {stops, at(part) -> [r, g, b]}. `probability` begins with the colour of the surface.
export function palette(name, isDark) {
  const stops =
    name === 'diverging'
      ? kRedBlue
      : name === 'error'
        ? kErrors
        : name === 'probability'
          ? isDark
            ? kNights
            : kBlues
          : kViridis;
  const colours = stops.map(rgb);
  const at = part => {
    const place = Math.min(1, Math.max(0, part)) * (colours.length - 1),
      i = Math.min(colours.length - 2, Math.floor(place));
    return colours[i].map((from, k) => Math.round(from + (colours[i + 1][k] - from) * (place - i)));
  };
  return {stops, at};
}
