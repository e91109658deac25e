import { pushBusybox } from '@ctrkit/testing';
import type { PeerContext } from '../bench-context.ts';
import type { Bar } from '../bar.ts';
import type { Entrant } from '../contender.ts';
import { engines, present, pull, removeAll } from '../engines.ts';
import type { AnyEngine } from '../engines.ts';
import { times } from '../figures.ts';
import { interleave } from '../interleave.ts';
import type { Row } from '../row.ts';

interface Job {
  readonly id: string;
  readonly title: string;
  /** A shell line that calls "$@" many times, and fails where one of them does. */
  readonly line: string;
  readonly args: (image: string) => readonly string[];
  readonly bar: Bar;
  /** How often, unless something else is asked for: many containers take minutes. */
  readonly rounds: number;
}

const jobs: readonly Job[] = [
  {
    id: 'parallel',
    title: '50 × run --rm in parallel',
    line: 'seq 50 | xargs -P 50 -n 1 "$@"',
    args: (image) => ['--rm', image, 'true'],
    bar: { times: 0.4 },
    rounds: 3,
  },
  {
    id: 'detached',
    title: '200 × run -d in sequence',
    line: 'for number in $(seq 200); do "$@" || exit 1; done',
    args: (image) => ['-d', image, 'sleep', '1000'],
    bar: { times: 0.3 },
    rounds: 1,
  },
];

function entrant(engine: AnyEngine, job: Job, image: string, signal: AbortSignal): Entrant {
  if ('missing' in engine) return engine;
  const { name, prefix, env, runFlags } = engine;
  return {
    name,
    env,
    setUp: () => pull(engine, image, signal),
    before: () => removeAll(engine, signal),
    command: ['sh', '-c', job.line, 'sh', ...prefix, 'run', ...runFlags, ...job.args(image)],
  };
}

async function measureJob(context: PeerContext, job: Job): Promise<Row[]> {
  const { signal, registry, rounds = job.rounds } = context;
  const { id, title, bar } = job;
  const image = `${registry}/busybox`;
  await pushBusybox(`http://${registry}`);
  const all = engines(context);
  context.say(`${title}: ${rounds} rounds of ${all.map(({ name }) => name).join(', ')}`);
  try {
    const entrants = all.map((engine) => entrant(engine, job, image, signal));
    const figures = times(await interleave(entrants, { rounds, warmUp: 0, signal }));
    const bars = { docker: bar, podman: bar };
    return [{ id, title, unit: 'ms', ours: 'ctr', bars, figures, notes: [] }];
  } finally {
    for (const engine of present(all)) await removeAll(engine, new AbortController().signal);
  }
}

/** Many containers, at once and one after the other, beside the peers. */
export const measuresOfMany: readonly ((context: PeerContext) => Promise<Row[]>)[] = jobs.map(
  (job) => (context) => measureJob(context, job),
);
