import type { CommandEntry } from '@ctrkit/cli-kit';

/** Commands about everything. */
export const machine: readonly CommandEntry[] = [
  {
    name: 'inspect',
    describe: 'Return low-level information on containers, images and volumes',
    load: () => import('../inspect.ts'),
  },
  {
    name: 'system df',
    describe: 'Show disk usage',
    load: () => import('../system-df.ts'),
  },
  {
    name: 'system prune',
    describe: 'Remove unused data',
    load: () => import('../system-prune.ts'),
  },
];
