import { join } from 'node:path';
import { pushLayout } from '@ctrkit/testing';
import type { PeerContext } from '../bench-context.ts';
import { cachedLayout } from '../cached-layout.ts';
import { bundled, isInstalled } from '../commands.ts';
import type { Contender, Entrant } from '../contender.ts';
import { execute } from '../execute.ts';
import { peaks, times } from '../figures.ts';
import { formatValue } from '../format.ts';
import { fresh } from '../fresh.ts';
import { interleave } from '../interleave.ts';
import type { Outcome } from '../interleave.ts';
import type { Row } from '../row.ts';
import { writeLayout } from '../write-layout.ts';

function ctr(context: PeerContext, image: string): Contender {
  const root = join(context.work, 'pull-ctr');
  const env = { ...context.env, CTR_ROOT: join(root, 'root'), CTR_RUN: join(root, 'run') };
  const before = (): Promise<void> => fresh(context, root);
  return {
    name: 'ctr',
    command: [...bundled('ctr'), 'pull', '--quiet', image],
    env,
    before,
    memory: 'command',
  };
}

function docker(context: PeerContext, image: string): Entrant {
  const { docker: peer, env } = context;
  if ('missing' in peer) return { name: 'docker', ...peer };
  return {
    name: 'docker',
    command: [...peer.client, 'pull', '--quiet', image],
    env,
    before: async () => {
      await execute([...peer.client, 'image', 'rm', '--force', image], context);
      await fresh(context);
    },
    memory: { daemon: peer.pid },
  };
}

function podman(context: PeerContext, image: string): Entrant {
  const { podman: peer } = context;
  if ('missing' in peer) return { name: 'podman', ...peer };
  const env = { ...context.env, ...peer.env };
  return {
    name: 'podman',
    command: [...peer.command, 'pull', '--quiet', '--tls-verify=false', image],
    env,
    before: async () => {
      const remove = ['image', 'rm', '--force', image];
      await execute([...peer.command, ...remove], { ...context, env });
      await fresh(context);
    },
    memory: 'command',
  };
}

function intoLayout(context: PeerContext, image: string): Entrant[] {
  const { env, work } = context;
  const [ours, theirs] = [join(work, 'pull-layout'), join(work, 'pull-skopeo')];
  const own = { env, memory: 'command' } as const;
  const pull = [...bundled('registry-client'), 'pull', '-o', ours, image] as const;
  const to = [`docker://${image}`, `oci:${theirs}:latest`];
  const copy = ['--insecure-policy', 'copy', '--quiet', '--src-tls-verify=false', ...to];
  return [
    { name: 'registry-client', command: [...pull], ...own, before: () => fresh(context, ours) },
    isInstalled('skopeo')
      ? {
          name: 'skopeo',
          command: ['skopeo', ...copy],
          ...own,
          before: () => fresh(context, theirs),
        }
      : { name: 'skopeo', missing: 'skopeo is not installed' },
  ];
}

function rowsOf(size: string, unpacked: readonly Outcome[], packed: readonly Outcome[]): Row[] {
  return [
    {
      id: 'pull',
      title: `pull and unpack an image of ten layers from loopback, ${size}`,
      unit: 'ms',
      ours: 'ctr',
      bars: { docker: { times: 0.35 }, podman: { times: 0.5 } },
      figures: times(unpacked),
      notes: [],
    },
    {
      id: 'layout',
      title: 'the same into an OCI layout, not unpacked',
      unit: 'ms',
      ours: 'registry-client',
      bars: { skopeo: { times: 1 } },
      figures: times(packed),
      notes: [],
    },
    {
      id: 'memory',
      title: 'peak of resident memory in these',
      unit: 'bytes',
      ours: 'ctr',
      bars: { ctr: { most: 150e6 }, 'registry-client': { most: 150e6 } },
      figures: peaks([...unpacked, ...packed]),
      notes: ['of the largest process of each; docker: of its daemon'],
    },
  ];
}

/** Pull of an image that is not there: unpacked, beside docker and podman; into a layout, beside skopeo. */
export async function measurePull(context: PeerContext): Promise<Row[]> {
  const { signal, registry, cache, rounds = 5 } = context;
  context.say('pull: making the image, or taking the one that an earlier run made');
  const layout = await cachedLayout(cache, 'ten-layers', (directory) =>
    writeLayout(directory, undefined, signal),
  );
  await pushLayout(layout.directory, 'latest', `http://${registry}`, 'ten-layers');
  const image = `${registry}/ten-layers`;
  const full = [ctr(context, image), docker(context, image), podman(context, image)];
  const entrants = [...full, ...intoLayout(context, image)];
  context.say(`pull: ${rounds} rounds of ${entrants.map((entrant) => entrant.name).join(', ')}`);
  const outcomes = await interleave(entrants, { rounds, warmUp: 1, signal });
  const bytes = layout.layerSizes.reduce((sum, size) => sum + size, 0);
  const size = `293 MB, ${formatValue(bytes, 'bytes')} compressed`;
  return rowsOf(size, outcomes.slice(0, full.length), outcomes.slice(full.length));
}
