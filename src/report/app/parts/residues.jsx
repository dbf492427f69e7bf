// A sequence whose residues can be chosen: by pointer, by touch, by arrow keys and space.
import {useRef, useState} from 'preact/hooks';

/// `chosen` is a Set of positions from 1; onToggle(position).
export function Residues({residues, chosen, onToggle, label}) {
  const [at, setAt] = useState(0);
  const box = useRef(null);
  const onKey = event => {
    if (event.ctrlKey || event.metaKey) return;
    const step = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -10,
      ArrowDown: 10,
      Home: -residues.length,
      End: residues.length,
    }[event.key];
    if (step) {
      event.preventDefault();
      const next = Math.min(residues.length - 1, Math.max(0, at + step));
      setAt(next);
      box.current.querySelector(`[data-at="${next}"]`)?.focus();
    } else if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      onToggle(at + 1);
    }
  };
  const tens = Array.from({length: Math.ceil(residues.length / 10)}, (unused, i) => i * 10);
  return (
    <div class="residues" ref={box} role="listbox" aria-multiselectable="true" aria-label={label} onKeyDown={onKey}>
      {tens.map(first => (
        <span class="ten" key={first} role="presentation">
          <small aria-hidden="true">{first + 1}</small>
          {residues.slice(first, first + 10).map((one, i) => (
            <span
              key={i}
              role="option"
              data-at={first + i}
              tabIndex={first + i === at ? 0 : -1}
              aria-selected={chosen.has(first + i + 1)}
              aria-label={`${one === '<mask>' ? 'mask' : one} ${first + i + 1}`}
              class={one === '<mask>' ? 'masked' : ''}
              onClick={() => {
                setAt(first + i);
                onToggle(first + i + 1);
              }}
            >
              {one === '<mask>' ? '?' : one}
            </span>
          ))}
        </span>
      ))}
    </div>
  );
}
