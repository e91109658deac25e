import type { Cli } from '@ctrkit/cli-kit';

/** The command line of this package. */
export const cli: Cli = {
  name: 'cgroup',
  version: process.env['CTRKIT_VERSION'] ?? '0.0.0',
  describe: 'Limit processes by control groups, v1 and v2',
  commands: [
    {
      name: 'run',
      describe: 'Run a command under limits',
      load: () => import('./run.ts'),
    },
    { name: 'create', describe: 'Make a cgroup', load: () => import('./create.ts') },
    {
      name: 'set',
      describe: 'Change the limits of a cgroup',
      load: () => import('./set.ts'),
    },
    { name: 'ls', describe: 'List cgroups', load: () => import('./ls.ts') },
    {
      name: 'stats',
      describe: 'Show what cgroups have used',
      load: () => import('./stats.ts'),
    },
    {
      name: 'freeze',
      describe: 'Stop the processes of a cgroup',
      load: () => import('./freeze.ts'),
    },
    {
      name: 'thaw',
      describe: 'Let the processes of a cgroup continue',
      load: () => import('./thaw.ts'),
    },
    {
      name: 'kill',
      describe: 'Kill the processes of a cgroup',
      load: () => import('./kill.ts'),
    },
    {
      name: 'delete',
      aliases: ['rm'],
      describe: 'Kill the processes of a cgroup and remove it',
      load: () => import('./delete.ts'),
    },
  ],
};
