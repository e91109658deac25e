import type { CommandEntry } from '@ctrkit/cli-kit';

/** Commands about volumes. */
export const volumes: readonly CommandEntry[] = [
  {
    name: 'volume create',
    describe: 'Create a volume',
    load: () => import('../volume-create.ts'),
  },
  {
    name: 'volume inspect',
    describe: 'Display detailed information on one or more volumes',
    load: () => import('../volume-inspect.ts'),
  },
  {
    name: 'volume ls',
    aliases: ['volume list'],
    describe: 'List volumes',
    load: () => import('../volume-ls.ts'),
  },
  {
    name: 'volume prune',
    describe: 'Remove unused local volumes',
    load: () => import('../volume-prune.ts'),
  },
  {
    name: 'volume rm',
    aliases: ['volume remove'],
    describe:
      'Remove one or more volumes. You cannot remove a volume that is in use by a container',
    load: () => import('../volume-rm.ts'),
  },
];
