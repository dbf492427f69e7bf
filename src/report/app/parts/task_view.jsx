// One task: its settings, the button that runs it, how far it is, and what came of it.
import {Component} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {jobs, shown, startJob} from '../jobs.js';
import {useStore} from '../store.js';
import {Fields, settingsProblem} from './fields.jsx';
import {Progress} from './runs.jsx';

// A result that cannot be shown says so, and leaves the rest of the page alone.
class Guard extends Component {
  state = {error: null};
  static getDerivedStateFromError(error) {
    return {error};
  }
  render({children}, {error}) {
    return error ? (
      <p class="note warn" role="alert">
        This result cannot be shown: {error.message}
      </p>
    ) : (
      children
    );
  }
}

function problemOf(task, usable, one) {
  if (task.takes === 'none') return '';
  if (usable.length === 0) return 'Paste sequences first, or take the example.';
  return task.takes === 'one' && !one ? 'Choose a sequence.' : '';
}

// Chains of a complex, joined by colons, are one sequence for a fold alone.
function takes(task, one) {
  return task.complexes || !one.residues.includes(':');
}

function countText(count) {
  return `${count} ${count === 1 ? 'sequence' : 'sequences'}`;
}

export function TaskView({task, info, sequences, selected, select, settings, onSettings, addSequences}) {
  const sound = sequences.filter(one => !one.problem),
    usable = sound.filter(one => takes(task, one)),
    all = useStore(jobs),
    at = useStore(shown)[task.id];
  const one = usable.includes(sequences[selected]) ? sequences[selected] : usable[0];
  const job = all.find(other => other.id === at) ?? all.find(other => other.task === task.id);
  const problem = problemOf(task, usable, one) || settingsProblem(task.settings, settings);
  const running = job?.state === 'running',
    Extra = task.Extra,
    Result = task.Result;
  const run = () => {
    if (problem || running) return;
    const title = task.takes === 'one' ? one.name : task.takes === 'all' ? countText(usable.length) : '';
    startJob({
      task: task.id,
      name: task.name,
      title,
      settings,
      work: ctx => task.run(ctx, {sequences: usable, one, settings, info}),
    });
  };
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const onKey = event => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div class="task" role="tabpanel" id={`panel-${task.id}`} aria-labelledby={`tab-${task.id}`}>
      <form
        class="panel"
        onSubmit={event => {
          event.preventDefault();
          run();
        }}
      >
        <p class="about">{task.about}</p>
        {task.takes !== 'none' && usable.length < sound.length && (
          <p class="note warn">
            {countText(sound.length - usable.length)} of chains joined by “:” left out: only a fold takes complexes.
          </p>
        )}
        {task.takes === 'one' && usable.length > 0 && (
          <div class="field">
            <label for={`one-${task.id}`}>Sequence</label>
            <select
              id={`one-${task.id}`}
              value={sequences.indexOf(one)}
              onChange={event => select(Number(event.target.value))}
            >
              {sequences.map(
                (other, i) =>
                  !other.problem &&
                  takes(task, other) && (
                    <option key={i} value={i}>
                      {other.name} ({other.length})
                    </option>
                  ),
              )}
            </select>
          </div>
        )}
        <Fields specs={task.settings} settings={settings} onChange={onSettings} />
        {Extra && <Extra one={one} settings={settings} onChange={onSettings} info={info} />}
        <div class="bar">
          <button type="submit" class="primary" disabled={!!problem || running} aria-describedby={`why-${task.id}`}>
            {running
              ? 'Running…'
              : task.takes === 'all' && usable.length
                ? `${task.verb} ${countText(usable.length)}`
                : task.verb}
          </button>
          <span id={`why-${task.id}`} class={problem ? 'note' : 'note keys'}>
            {problem || (running ? '' : 'Ctrl + Enter')}
          </span>
        </div>
        {running && <Progress job={job} />}
      </form>
      {job?.error && (
        <p class="panel failed" role="alert">
          {job.error}
        </p>
      )}
      {job?.state === 'cancelled' && <p class="note">Cancelled{job.result ? '; what was ready is shown' : ''}.</p>}
      {job?.result && (
        <section class="panel result" aria-label={`Result: ${task.name}`}>
          <div class="title">
            <h2>
              {task.name} {job.title && <span class="of">{job.title}</span>}
            </h2>
          </div>
          <Guard key={job.id}>
            <Result key={job.id} result={job.result} info={info} addSequences={addSequences} />
          </Guard>
        </section>
      )}
    </div>
  );
}
