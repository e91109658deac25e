import { pushBusybox } from '@ctrkit/testing';
import type { PeerContext } from '../bench-context.ts';
import type { Entrant } from '../contender.ts';
import { call, engines, present, pull, removeAll } from '../engines.ts';
import type { AnyEngine } from '../engines.ts';
import { times } from '../figures.ts';
import { interleave } from '../interleave.ts';
import type { Row } from '../row.ts';

const container = 'bench-exec';

function entrant(engine: AnyEngine, image: string, signal: AbortSignal): Entrant {
  if ('missing' in engine) return engine;
  const { name, prefix, env, runFlags } = engine;
  return {
    name,
    env,
    setUp: async () => {
      await pull(engine, image, signal);
      const run = ['run', '-d', '--name', container, ...runFlags, image, 'sleep', '1000'];
      await call(engine, run, signal);
    },
    command: [...prefix, 'exec', container, 'true'],
  };
}

/** `exec` in a running container, beside the peers. */
export async function measureExec(context: PeerContext): Promise<Row[]> {
  const { signal, registry, rounds = 15 } = context;
  const image = `${registry}/busybox`;
  await pushBusybox(`http://${registry}`);
  const all = engines(context);
  context.say(`exec: ${rounds} rounds of ${all.map(({ name }) => name).join(', ')}`);
  try {
    const entrants = all.map((engine) => entrant(engine, image, signal));
    const outcomes = await interleave(entrants, { rounds, warmUp: 2, signal });
    return [
      {
        id: 'exec',
        title: 'exec CONTAINER true',
        unit: 'ms',
        ours: 'ctr',
        bars: { docker: { times: 0.9 }, podman: { times: 0.4 } },
        figures: times(outcomes),
        notes: [],
      },
    ];
  } finally {
    for (const engine of present(all)) await removeAll(engine, new AbortController().signal);
  }
}
