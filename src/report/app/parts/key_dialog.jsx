// Asks for the server's key; it is kept in memory, until the page is closed.
import {useEffect, useRef, useState} from 'preact/hooks';
import {keyRequest} from '../api.js';
import {useStore} from '../store.js';

export function KeyDialog() {
  const asked = useStore(keyRequest),
    box = useRef(null),
    [key, setKey] = useState('');
  useEffect(() => {
    if (asked && !box.current.open) box.current.showModal();
    if (!asked && box.current.open) box.current.close();
  }, [asked]);
  const answer = value => {
    setKey('');
    asked?.resolve(value);
  };
  return (
    <dialog
      ref={box}
      aria-labelledby="key-title"
      onCancel={event => {
        event.preventDefault();
        answer(null);
      }}
    >
      <form
        onSubmit={event => {
          event.preventDefault();
          if (key.trim()) answer(key.trim());
        }}
      >
        <h2 id="key-title">This server needs a key</h2>
        <p>
          {asked?.wrong ? 'That key is not one of this server’s. ' : ''}Who runs the server gives it out. It stays in
          this page’s memory and is forgotten when the page is closed.
        </p>
        <label for="key">Key</label>
        <input
          id="key"
          type="password"
          autocomplete="off"
          value={key}
          onInput={event => setKey(event.target.value)}
          autofocus
        />
        <div class="bar end">
          <button type="button" onClick={() => answer(null)}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={!key.trim()}>
            Use the key
          </button>
        </div>
      </form>
    </dialog>
  );
}
