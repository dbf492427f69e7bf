// The runs of this page: progress, results to come back to, and an end to what takes too long.
import {useEffect, useState} from 'preact/hooks';
import {cancelJob, jobs, removeJob} from '../jobs.js';
import {useStore} from '../store.js';

const kStates = {running: 'running', done: 'done', failed: 'failed', cancelled: 'cancelled'};

function seconds(job, now) {
  const took = ((job.ended ?? now) - job.started) / 1000;
  return took < 10 ? `${took.toFixed(1)} s` : took < 600 ? `${Math.round(took)} s` : `${Math.round(took / 60)} min`;
}

function useClock(on) {
  const [now, set] = useState(Date.now());
  useEffect(() => {
    if (!on) return undefined;
    const timer = setInterval(() => set(Date.now()), 500);
    return () => clearInterval(timer);
  }, [on]);
  return now;
}

export function Progress({job}) {
  const now = useClock(job.state === 'running');
  const known = job.total > 0;
  return (
    <div class="progress">
      <progress
        max={known ? job.total : undefined}
        value={known ? job.done : undefined}
        aria-label={`Progress of ${job.name}`}
      ></progress>
      <span class="note">
        {known ? `${job.done} of ${job.total} ${job.detail}` : job.detail || 'computing'} · {seconds(job, now)}
      </span>
      <button type="button" onClick={() => cancelJob(job.id)}>
        Cancel
      </button>
    </div>
  );
}

export function Runs({onShow}) {
  const all = useStore(jobs),
    now = useClock(all.some(job => job.state === 'running'));
  if (all.length === 0) return null;
  return (
    <section class="panel runs" aria-labelledby="runs-title">
      <div class="title">
        <h2 id="runs-title">Runs</h2>
      </div>
      <ul>
        {all.map(job => (
          <li key={job.id}>
            <span class={`state ${job.state}`}>{kStates[job.state]}</span>
            <span class="name">
              <b>{job.name}</b> {job.title}
            </span>
            <span class="note">
              {job.state === 'running' && job.total ? `${Math.round((100 * job.done) / job.total)} % · ` : ''}
              {seconds(job, now)}
            </span>
            {job.state === 'running' ? (
              <button
                type="button"
                class="small"
                onClick={() => cancelJob(job.id)}
                aria-label={`Cancel ${job.name} ${job.title}`}
              >
                Cancel
              </button>
            ) : (
              <button
                type="button"
                class="small"
                onClick={() => removeJob(job.id)}
                aria-label={`Remove ${job.name} ${job.title}`}
              >
                Remove
              </button>
            )}
            <button
              type="button"
              class="small"
              onClick={() => onShow(job)}
              aria-label={`Show ${job.name} ${job.title}`}
            >
              Show
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
