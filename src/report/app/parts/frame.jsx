// What every page has: its head, light or dark, and the voice for screen readers.
import {announced, useStore} from '../store.js';
import {dark, setTheme} from './theme.js';

export function ThemeButton() {
  const isDark = useStore(dark);
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => setTheme(isDark ? 'light' : 'dark')}
      aria-label={isDark ? 'Light colours' : 'Dark colours'}
    >
      {isDark ? '☀' : '☾'}
    </button>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      {Array.from({length: 7}, (unused, i) => {
        const turn = (2 * Math.PI * i) / 7 - Math.PI / 2;
        return <circle key={i} cx={16 + 9.5 * Math.cos(turn)} cy={16 + 9.5 * Math.sin(turn)} r="4.1" />;
      })}
    </svg>
  );
}

export function Voice() {
  return (
    <div class="unseen" role="status" aria-live="polite">
      {useStore(announced)}
    </div>
  );
}
