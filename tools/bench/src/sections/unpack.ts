import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchContext } from '../bench-context.ts';
import { cachedLayout } from '../cached-layout.ts';
import type { CachedLayout } from '../cached-layout.ts';
import { bundled, isInstalled } from '../commands.ts';
import type { Entrant } from '../contender.ts';
import { writeDebianRoot } from '../debian-root.ts';
import { times } from '../figures.ts';
import { formatValue } from '../format.ts';
import { fresh } from '../fresh.ts';
import { interleave } from '../interleave.ts';
import type { Row } from '../row.ts';

function unpackers(context: BenchContext, layout: CachedLayout): Entrant[] {
  const { env, work } = context;
  const at = (name: string): string => join(work, `unpack-${name}`);
  const tar = ['tar', '-xzf', layout.layers[0] ?? '', '-C', at('tar')] as const;
  const umoci = ['umoci', 'unpack', '--image', `${layout.directory}:latest`, at('umoci')] as const;
  const rootfs = [...bundled('rootfs'), 'unpack', `oci:${layout.directory}:latest`] as const;
  return [
    {
      name: 'rootfs',
      command: [...rootfs, at('rootfs')],
      env: { ...env, CTR_ROOT: at('root') },
      before: () => fresh(context, at('rootfs')),
    },
    {
      name: 'tar',
      command: [...tar],
      env,
      before: async () => {
        await fresh(context, at('tar'));
        await mkdir(at('tar'));
      },
    },
    isInstalled('umoci')
      ? { name: 'umoci', command: [...umoci], env, before: () => fresh(context, at('umoci')) }
      : { name: 'umoci', missing: 'umoci is not installed' },
  ];
}

/** Unpacking of a Debian root file system that is one gzip layer. */
export async function measureUnpack(context: BenchContext): Promise<Row[]> {
  const { signal, cache, rounds = 5 } = context;
  context.say(
    'unpack: making the Debian root file system, or taking the one that an earlier run made',
  );
  const write = (directory: string): Promise<void> => writeDebianRoot(directory, signal);
  const layout = await cachedLayout(cache, 'debian-bookworm-minbase', write);
  const entrants = unpackers(context, layout);
  context.say(`unpack: ${rounds} rounds of ${entrants.map((entrant) => entrant.name).join(', ')}`);
  const outcomes = await interleave(entrants, { rounds, warmUp: 1, signal });
  const size = formatValue(layout.layerSizes[0] ?? 0, 'bytes');
  return [
    {
      id: 'unpack',
      title: `unpack the root file system of Debian, one gzip layer of ${size}`,
      unit: 'ms',
      ours: 'rootfs',
      bars: { tar: { times: 0.7 }, umoci: { times: 0.35 } },
      figures: times(outcomes),
      notes: ['tar: `tar -xzf`, which checks no digest; all on the same file system'],
    },
  ];
}
