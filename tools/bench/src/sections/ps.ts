import { join } from 'node:path';
import type { PeerContext } from '../bench-context.ts';
import { bundled } from '../commands.ts';
import type { Entrant } from '../contender.ts';
import { times } from '../figures.ts';
import { interleave } from '../interleave.ts';
import type { Row } from '../row.ts';

const importYargs = `import ${JSON.stringify(import.meta.resolve('yargs'))}`;
const nodeWithYargs = 'node, import of yargs';

/** `ps -a` without containers, beside the peers and Node's own start. */
export async function measurePs(context: PeerContext): Promise<Row[]> {
  const { signal, env, docker, podman, work, rounds = 15 } = context;
  const root = join(work, 'ps-ctr');
  const node = process.execPath;
  const own = { ...env, CTR_ROOT: join(root, 'root'), CTR_RUN: join(root, 'run') };
  const entrants: Entrant[] = [
    { name: 'ctr', command: [...bundled('ctr'), 'ps', '-a'], env: own },
    'missing' in docker
      ? { name: 'docker', ...docker }
      : { name: 'docker', command: [...docker.client, 'ps', '-a'], env },
    'missing' in podman
      ? { name: 'podman', ...podman }
      : {
          name: 'podman',
          command: [...podman.command, 'ps', '-a'],
          env: { ...env, ...podman.env },
        },
    { name: 'node -e 0', command: [node, '-e', '0'], env },
    { name: nodeWithYargs, command: [node, '--input-type=module', '-e', importYargs], env },
  ];
  context.say(`ps: ${rounds} rounds of ${entrants.map((entrant) => entrant.name).join(', ')}`);
  const outcomes = await interleave(entrants, { rounds, warmUp: 2, signal });
  return [
    {
      id: 'ps',
      title: 'ps -a, no containers',
      unit: 'ms',
      ours: 'ctr',
      bars: { [nodeWithYargs]: { times: 1, plus: 10 } },
      figures: times(outcomes),
      notes: [],
    },
  ];
}
