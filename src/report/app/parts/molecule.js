// The three-dimensional view, by 3Dmol.js, which is loaded when the first structure is shown.
import {useEffect, useRef, useState} from 'preact/hooks';
import {useStore} from '../store.js';
import {dark, useColours} from './theme.js';

let loading = null;

export function loadMolecules() {
  loading ??= new Promise((resolve, reject) => {
    if (globalThis.$3Dmol) return resolve(globalThis.$3Dmol);
    const script = document.createElement('script');
    script.src = document.body.dataset.molecules ?? '';
    script.onload = () => resolve(globalThis.$3Dmol);
    script.onerror = () => {
      loading = null;
      reject(new Error('this server was built without 3Dmol.js, which draws structures'));
    };
    document.head.append(script);
  });
  return loading;
}

/// -> [the viewer, {atoms}]: none until they are there; no viewer where the browser has no WebGL.
export function useViewer(box, model, onFailed) {
  const viewer = useRef(null),
    [parsed, setParsed] = useState(null);
  const colours = useColours(),
    isDark = useStore(dark);
  useEffect(() => {
    let gone = false;
    loadMolecules()
      .then(library => {
        if (gone) return;
        try {
          viewer.current = library.createViewer(box.current, {backgroundColor: colours.surface, antialias: true});
        } catch {
          viewer.current = null;
        }
        if (viewer.current)
          return setParsed({atoms: viewer.current.addModel(model.text, model.format).selectedAtoms({})});
        onFailed('The view needs WebGL, which this browser does not offer. Everything else works.');
        setParsed({atoms: library.Parsers[model.format === 'cif' ? 'mcif' : 'pdb'](model.text, {})[0]});
      })
      .catch(error => gone || onFailed(error.message));
    return () => {
      gone = true;
      viewer.current?.clear();
    };
  }, [model]);
  useEffect(() => {
    viewer.current?.setBackgroundColor(colours.surface);
    viewer.current?.render();
  }, [isDark]);
  return [viewer, parsed];
}
