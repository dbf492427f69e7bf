// Structure: a file of this machine in three dimensions; it is read by the page and goes nowhere.
import {useRef, useState} from 'preact/hooks';
import {plainError} from '../jobs.js';
import {loadMolecules} from '../parts/molecule.js';
import {StructureView} from '../parts/structure_view.jsx';
import {textOfFile} from '../sequences.js';

/// Rows of a map of aligned errors, of whichever of the usual files; null: there is none in it.
export function paeOf(json) {
  const one = Array.isArray(json) ? json[0] : json;
  const rows = one?.pae ?? one?.predicted_aligned_error;
  return Array.isArray(rows) && rows.every(row => Array.isArray(row) && row.length === rows.length) ? rows : null;
}

/// Names of a map's tokens, where the file has them.
export function paeNamesOf(json) {
  const {token_chain_ids: chains, token_res_ids: numbers} = json ?? {};
  return chains && numbers ? chains.map((chain, i) => `${chain} ${numbers[i]}`) : undefined;
}

export function formatOf(name) {
  return /\.(cif|mmcif)(\.gz)?$/i.test(name) ? 'cif' : 'pdb';
}

function Extra({settings, onChange}) {
  const picker = useRef(null),
    [problem, setProblem] = useState('');
  const read = async files => {
    try {
      setProblem('');
      const found = {...settings.files};
      for (const file of files) {
        const text = await textOfFile(file);
        if (/\.json(\.gz)?$/i.test(file.name)) found.confidences = {name: file.name, text};
        else found.model = {name: file.name, text, format: formatOf(file.name)};
      }
      onChange({...settings, files: found});
    } catch (error) {
      setProblem(error.message);
    }
  };
  return (
    <div
      class="drop files"
      onDragOver={event => event.preventDefault()}
      onDrop={event => {
        event.preventDefault();
        read(event.dataTransfer.files);
      }}
    >
      <button type="button" onClick={() => picker.current.click()}>
        Open files…
      </button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept=".pdb,.ent,.cif,.mmcif,.json,.gz"
        aria-hidden="true"
        tabIndex={-1}
        onChange={event => read(event.target.files)}
      />
      <span class="note" aria-live="polite">
        {[settings.files?.model?.name, settings.files?.confidences?.name].filter(Boolean).join(', ') ||
          'or drop a PDB or mmCIF file here, and its JSON of aligned errors'}
      </span>
      {problem && (
        <p class="note warn" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

export const structure = {
  id: 'structure',
  name: 'Structure',
  verb: 'Show the structure',
  routes: [],
  takes: 'none',
  there: () => !!document.body.dataset.molecules,
  about:
    'A structure file in three dimensions, with pLDDT or B factors and predicted aligned errors. It is not sent anywhere.',
  settings: () => ({files: {hidden: true, private: true, otherwise: null}}),
  Extra,
  async run(ctx, {settings}) {
    const model = settings.files?.model;
    if (!model) throw plainError('Open a PDB or mmCIF file first.');
    await loadMolecules();
    let pae = null,
      paeNames;
    if (settings.files.confidences) {
      const json = JSON.parse(settings.files.confidences.text);
      pae = paeOf(json);
      paeNames = paeNamesOf(json);
      if (!pae)
        throw plainError(`${settings.files.confidences.name}: there is no predicted aligned error in this file`);
    }
    return {...model, pae, paeNames};
  },
  Result: ({result}) => <StructureView model={result} />,
};
