// The page of groel serve: sequences on one side, what the model can do with them on the other.
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {readAddress, settingsFrom, writeAddress} from './address.js';
import {call} from './api.js';
import {shown} from './jobs.js';
import {Mark, ThemeButton, Voice} from './parts/frame.jsx';
import {KeyDialog} from './parts/key_dialog.jsx';
import {Runs} from './parts/runs.jsx';
import {SequencePanel} from './parts/sequence_panel.jsx';
import {TaskView} from './parts/task_view.jsx';
import {checkLengths, parseSequences} from './sequences.js';
import {announced} from './store.js';
import {tasksOf} from './tasks/all.js';

function Tabs({tasks, chosen, choose}) {
  const box = useRef(null);
  const onKey = event => {
    const at = tasks.findIndex(task => task.id === chosen);
    const next = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tasks.length - 1}[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const task = tasks[(next + tasks.length) % tasks.length];
    choose(task.id);
    box.current.querySelector(`#tab-${task.id}`).focus();
  };
  useEffect(
    () => box.current.querySelector('[aria-selected=true]')?.scrollIntoView({block: 'nearest', inline: 'nearest'}),
    [chosen],
  );
  return (
    <div class="tabs" role="tablist" aria-label="What to do" ref={box} onKeyDown={onKey}>
      {tasks.map(task => (
        <button
          key={task.id}
          type="button"
          role="tab"
          id={`tab-${task.id}`}
          aria-selected={task.id === chosen}
          aria-controls={`panel-${task.id}`}
          tabIndex={task.id === chosen ? 0 : -1}
          onClick={() => choose(task.id)}
        >
          {task.name}
        </button>
      ))}
    </div>
  );
}

function ModelLine({info}) {
  const facts = [
    info.family,
    info.layers && `${info.layers} layers of width ${info.width}`,
    info.model_dtype,
    info.max_input_length ? `${info.max_input_length.toLocaleString('en')} residues at most` : '',
  ];
  return (
    <p class="model">
      <b>{info.model_id}</b> <span>{facts.filter(Boolean).join(' · ')}</span>
    </p>
  );
}

function useSettings(tasks) {
  const start = useMemo(() => readAddress(location.hash), []);
  const [chosen, setChosen] = useState(() => (tasks.some(task => task.id === start.task) ? start.task : tasks[0]?.id));
  const [settings, setSettings] = useState(() =>
    Object.fromEntries(tasks.map(task => [task.id, settingsFrom(task, task.id === start.task ? start.values : {})])),
  );
  useEffect(() => {
    const task = tasks.find(one => one.id === chosen);
    if (task) history.replaceState(null, '', writeAddress(task, settings[chosen]));
  }, [chosen, settings]);
  useEffect(() => {
    const follow = () => {
      const {task, values} = readAddress(location.hash),
        found = tasks.find(one => one.id === task);
      if (!found) return;
      setChosen(task);
      setSettings(now => ({...now, [task]: {...now[task], ...settingsFrom(found, values)}}));
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  if (start.task && !tasks.some(task => task.id === start.task)) start.unknown = start.task;
  return {chosen, setChosen, settings, setSettings, unknown: start.unknown};
}

function Workplace({info, openapi}) {
  const {there: tasks, missing} = useMemo(() => tasksOf(openapi, info), []);
  const {chosen, setChosen, settings, setSettings, unknown} = useSettings(tasks);
  const [text, setText] = useState(''),
    [selected, setSelected] = useState(0),
    [said, setSaid] = useState('');
  const sequences = useMemo(() => checkLengths(parseSequences(text), info.max_input_length), [text]);
  useEffect(() => setSelected(at => (at < sequences.length ? at : 0)), [sequences]);
  const task = tasks.find(one => one.id === chosen);
  const share = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      setSaid('Link copied');
    } catch {
      setSaid('Copy the address above');
    }
    announced.set('The link has this view and its settings, and no sequences');
    setTimeout(() => setSaid(''), 4000);
  };
  const show = job => {
    shown.set(now => ({...now, [job.task]: job.id}));
    setChosen(job.task);
    document.getElementById('work').focus();
  };
  return (
    <>
      <header>
        <a
          class="skip"
          href="#work"
          onClick={event => {
            event.preventDefault();
            document.getElementById('work').focus();
          }}
        >
          Skip to the tasks
        </a>
        <Mark />
        <h1>GroEL</h1>
        <ModelLine info={info} />
        <div class="tools">
          <button
            type="button"
            class="quiet"
            onClick={share}
            title="The link has this view and its settings, and no sequences"
          >
            {said || 'Copy link'}
          </button>
          <ThemeButton />
        </div>
      </header>
      <main>
        <div class="side">
          <SequencePanel text={text} setText={setText} sequences={sequences} selected={selected} select={setSelected} />
          <div class="runs-place">
            <Runs onShow={show} />
          </div>
        </div>
        <div class="work" id="work" tabIndex={-1}>
          {unknown && (
            <p class="note warn" role="status">
              The link asks for “{unknown}”, which this model does not do.
            </p>
          )}
          <Tabs tasks={tasks} chosen={chosen} choose={setChosen} />
          {task && (
            <TaskView
              key={task.id}
              task={task}
              info={info}
              sequences={sequences}
              selected={selected}
              select={setSelected}
              settings={settings[chosen]}
              onSettings={next => setSettings(now => ({...now, [chosen]: next}))}
              addSequences={more => setText(now => [now.trim(), more].filter(Boolean).join('\n'))}
            />
          )}
          {missing.length > 0 && <p class="note">Not on this server: {missing.join(', ')}.</p>}
        </div>
      </main>
      <footer>
        <span>GroEL {info.version}</span>
        <span>Sequences go to this server alone and are not kept.</span>
        <a href="openapi.json">Routes of this server</a>
      </footer>
    </>
  );
}

export function App() {
  const [state, setState] = useState({});
  const load = () => {
    setState({});
    Promise.all([call('info'), call('openapi.json')]).then(
      ([info, openapi]) => setState({info, openapi}),
      error => setState({error: error.message}),
    );
  };
  useEffect(load, []);
  return (
    <>
      {state.info ? (
        <Workplace {...state} />
      ) : (
        <div class="start">
          <Mark />
          <h1>GroEL</h1>
          {state.error ? (
            <>
              <p role="alert">{state.error}</p>
              <button type="button" class="primary" onClick={load}>
                Try again
              </button>
            </>
          ) : (
            <p role="status">Asking the server…</p>
          )}
        </div>
      )}
      <KeyDialog />
      <Voice />
    </>
  );
}
