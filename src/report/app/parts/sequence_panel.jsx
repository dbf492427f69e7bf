// Where sequences are pasted, dropped and listed.
import {useRef, useState} from 'preact/hooks';
import {textOfFile} from '../sequences.js';
import {announced} from '../store.js';

const kExample = `>ubiquitin
MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEGIPPDQQRLIFAGKQLEDGRTLSDYNIQKESTLHLVLRLRGG
>crambin
TTCCPSIVARSNFNVCRLPGTPEAICATYTGCIIIPGATCPGDYAN
>insulin
MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAEDLQVGQVELGGGPGAGSLQPLALEGSLQKRGIVEQCCTSICSLYQLENYCN
>myoglobin
MGLSDGEWQLVLNVWGKVEADIPGHGQEVLIRLFKGHPETLEKFDKFKHLKSEDEMKASEDLKKHGATVLTALGGILKKKGHHEAEIKPLAQSHATKHKIPVKYLEFISECIIQVLQSKHPGDFGADAQGAMNKALELFRKDMASNYKELGFQG
>hemoglobin-alpha
MVLSPADKTNVKAAWGKVGAHAGEYGAEALERMFLSFPTTKTYFPHFDLSHGSAQVKGHGKKVADALTNAVAHVDDMPNALSALSDLHAHKLRVDPVNFKLLSHCLLVTLAAHLPAEFTPAVHASLDKFLASVSTVLTSKYR
>hemoglobin-beta
MVHLTPEEKSAVTALWGKVNVDEVGGEALGRLLVVYPWTQRFFESFGDLSTPDAVMGNPKVKAHGKKVLGAFSDGLAHLDNLKGTFATLSELHCDKLHVDPENFRLLGNVLVCVLAHHFGKEFTPPVQAAYQKVVAGVANALAHKYH
>lysozyme
MRSLLILVLCFLPLAALGKVFGRCELAAAMKRHGLDNYRGYSLGNWVCAAKFESNFNTQATNRNTDGSTDYGILQINSRWWCNDGRTPGSRNLCNIPCSALLSSDITASVNCAKKIVSDGNGMNAWVAWRNRCKGTDVQAWIRGCRL
>cytochrome-c
MGDVEKGKKIFIMKCSQCHTVEKGGKHKTGPNLHGLFGRKTGQAPGYSYTAANKNKGIIWGEDTLMEYLENPKKYIPGTKMIFVGIKKKEERADLIAYLKKATNE
`;

/// `text` is what is in the box, `sequences` what was read of it.
export function SequencePanel({text, setText, sequences, selected, select}) {
  const picker = useRef(null),
    [over, setOver] = useState(false),
    [problem, setProblem] = useState('');
  const read = async files => {
    setProblem('');
    try {
      const texts = await Promise.all([...files].map(textOfFile));
      setText(now => [now.trim(), ...texts].filter(Boolean).join('\n'));
      announced.set(`${files.length} files read`);
    } catch (error) {
      setProblem(error.message);
    }
  };
  const drop = event => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer.files.length) read(event.dataTransfer.files);
    else setText(now => [now.trim(), event.dataTransfer.getData('text')].filter(Boolean).join('\n'));
  };
  const wrong = sequences.filter(one => one.problem),
    residues = sequences.reduce((sum, one) => sum + one.length, 0);
  return (
    <section class="panel sequences" aria-labelledby="sequences-title">
      <div class="title">
        <h2 id="sequences-title">Sequences</h2>
        <button type="button" class="link" onClick={() => setText(kExample)}>
          Example
        </button>
        <button type="button" class="link" onClick={() => setText('')} disabled={!text}>
          Clear
        </button>
      </div>
      <div
        class={`drop${over ? ' over' : ''}`}
        onDragOver={event => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <label class="unseen" for="sequences">
          Protein sequences: FASTA, or one a line
        </label>
        <textarea
          id="sequences"
          value={text}
          onInput={event => setText(event.target.value)}
          rows={7}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          placeholder={'Paste sequences, or drop files here\n\n>name\nMKTAYIAKQRQISFVK…'}
          aria-describedby="sequences-read"
        ></textarea>
      </div>
      <div class="bar">
        <button type="button" onClick={() => picker.current.click()}>
          Open files…
        </button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          accept=".fasta,.fa,.faa,.fas,.seq,.txt,.csv,.tsv,.gz"
          aria-hidden="true"
          tabIndex={-1}
          onChange={event => {
            read(event.target.files);
            event.target.value = '';
          }}
        />
        <span id="sequences-read" class="note" aria-live="polite">
          {sequences.length === 0
            ? 'FASTA, or one a line'
            : `${sequences.length} ${sequences.length === 1 ? 'sequence' : 'sequences'}, ${residues.toLocaleString('en')} residues`}
        </span>
      </div>
      {problem && (
        <p class="note warn" role="alert">
          {problem}
        </p>
      )}
      {wrong.length > 0 && (
        <p class="note warn" role="status">
          {wrong.length} of {sequences.length} cannot be used and {wrong.length === 1 ? 'is' : 'are'} left out.
        </p>
      )}
      {sequences.length > 0 && (
        <ul class="list" aria-label="Sequences that were read">
          {sequences.slice(0, 500).map((one, i) => (
            <li key={i}>
              <button type="button" aria-pressed={i === selected} onClick={() => select(i)} disabled={!!one.problem}>
                <span class="name">{one.name}</span>
                <span class="number">{one.length}</span>
                {one.problem && <span class="problem">{one.problem}</span>}
              </button>
            </li>
          ))}
          {sequences.length > 500 && <li class="note">and {sequences.length - 500} more, which are used as well</li>}
        </ul>
      )}
    </section>
  );
}
