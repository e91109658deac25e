import { join } from 'node:path';
import type { PeerContext } from '../bench-context.ts';
import { cachedLayout } from '../cached-layout.ts';
import { bundled, isInstalled } from '../commands.ts';
import type { Entrant } from '../contender.ts';
import { execute } from '../execute.ts';
import { times } from '../figures.ts';
import { formatValue } from '../format.ts';
import { fresh } from '../fresh.ts';
import { interleave } from '../interleave.ts';
import type { Outcome } from '../interleave.ts';
import type { Row } from '../row.ts';
import { writeLayout } from '../write-layout.ts';

const IMAGE = 'localhost/ten-layers:latest';

/** Where things are. */
interface Place {
  readonly context: PeerContext;
  /** What `ctr save` writes of the image. */
  readonly archive: string;
  readonly at: (name: string) => string;
}

/** A shell line of words that are taken as they are. */
function shell(line: string, ...words: readonly string[]): [string, ...string[]] {
  return ['bash', '-o', 'pipefail', '-c', line, 'bash', ...words];
}

function store({ context, at }: Place, name: string): NodeJS.ProcessEnv {
  return { ...context.env, CTR_ROOT: at(name), CTR_RUN: at('run') };
}

const ctr = (...words: string[]): [string, ...string[]] => [...bundled('ctr'), ...words];

async function prepare(place: Place, layout: string): Promise<void> {
  const options = { env: store(place, 'from'), signal: place.context.signal };
  const copy = ['--insecure-policy', 'copy', '--quiet', `oci:${layout}:latest`] as const;
  await execute(['skopeo', ...copy, `oci:${place.at('from')}:${IMAGE}`], options);
  await execute(ctr('save', '-o', place.archive, IMAGE), options);
}

/** Loading of what `ctr save` wrote, by each into a store that lacks it. */
function loaders(place: Place): Entrant[] {
  const { context, archive, at } = place;
  const { env, docker, podman } = context;
  const into = at('to');
  return [
    {
      name: 'ctr',
      command: ctr('load', '-i', archive),
      env: store(place, 'to'),
      before: () => fresh(context, into),
    },
    'missing' in docker
      ? { name: 'docker', ...docker }
      : {
          name: 'docker',
          command: [...docker.client, 'load', '--quiet', '-i', archive],
          env,
          before: async () => {
            await execute([...docker.client, 'image', 'rm', '--force', IMAGE], context);
            await fresh(context);
          },
        },
    'missing' in podman
      ? { name: 'podman', ...podman }
      : {
          name: 'podman',
          command: [...podman.command, 'load', '--quiet', '-i', archive],
          env: { ...env, ...podman.env },
          before: async () => {
            const options = { ...context, env: { ...env, ...podman.env } };
            await execute(
              [...podman.command, 'image', 'rm', '--force', '--ignore', IMAGE],
              options,
            );
            await fresh(context);
          },
        },
    {
      name: 'skopeo',
      command: [
        'skopeo',
        '--insecure-policy',
        'copy',
        '--quiet',
        `docker-archive:${archive}`,
        `oci:${at('skopeo')}:x`,
      ],
      env,
      before: () => fresh(context, at('skopeo')),
    },
    {
      name: 'dd',
      command: ['dd', `if=${archive}`, `of=${at('dd')}`, 'bs=1M', 'conv=fsync', 'status=none'],
      env,
      before: () => fresh(context, at('dd')),
    },
  ];
}

/** Saving and loading at once. Docker and podman would load into the store that has the image. */
function pipes(place: Place): Entrant[] {
  const { context, archive, at } = place;
  const line = 'CTR_ROOT=$3 "$1" "$2" save "$5" | CTR_ROOT=$4 "$1" "$2" load';
  return [
    {
      name: 'ctr',
      command: shell(line, ...bundled('ctr'), at('from'), at('to'), IMAGE),
      env: store(place, 'to'),
      before: () => fresh(context, at('to')),
    },
    {
      name: 'cat | dd',
      command: shell(
        'cat "$1" | dd of="$2" bs=1M iflag=fullblock conv=fsync status=none',
        archive,
        at('dd'),
      ),
      env: context.env,
      before: () => fresh(context, at('dd')),
    },
  ];
}

function rowsOf(size: string, loads: readonly Outcome[], piped: readonly Outcome[]): Row[] {
  return [
    {
      id: 'load',
      title: `load an image of ten layers from an archive of ${size}`,
      unit: 'ms',
      ours: 'ctr',
      bars: { docker: { times: 1 }, podman: { times: 1 }, skopeo: { times: 1 } },
      figures: times(loads),
      notes: [
        'docker and podman unpack it at once, ctr when it is first run',
        'skopeo: docker-archive to a layout, which it compresses anew',
        'dd: the bytes alone, to the disk',
      ],
    },
    {
      id: 'save-load',
      title: 'save | load of the same',
      unit: 'ms',
      ours: 'ctr',
      bars: { 'cat | dd': { times: 1, plus: 500 } },
      figures: times(piped),
      notes: ['ctr hashes all of it twice, and syncs each blob'],
    },
  ];
}

/** Images out to archives and in again. */
export async function measureArchive(context: PeerContext): Promise<Row[]> {
  const { signal, cache, work, rounds = 5 } = context;
  if (!isInstalled('skopeo')) throw new Error('needs skopeo');
  const layout = await cachedLayout(cache, 'ten-layers', (directory) =>
    writeLayout(directory, undefined, signal),
  );
  const at = (name: string): string => join(work, `archive-${name}`);
  const place: Place = { context, archive: at('image.tar'), at };
  await prepare(place, layout.directory);
  context.say(`archive: ${rounds} rounds of ctr, docker, podman, skopeo, dd`);
  const loads = await interleave(loaders(place), { rounds, warmUp: 1, signal });
  const piped = await interleave(pipes(place), { rounds, warmUp: 1, signal });
  const bytes = layout.layerSizes.reduce((sum, size) => sum + size, 0);
  return rowsOf(formatValue(bytes, 'bytes'), loads, piped);
}
