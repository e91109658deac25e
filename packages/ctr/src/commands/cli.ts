import type { Cli } from '@ctrkit/cli-kit';
import { directoryOptions } from './directory-options.ts';

/** The command line of ctr; a command's module is imported when it is used. */
export const cli: Cli = {
  name: 'ctr',
  version: process.env['CTRKIT_VERSION'] ?? '0.0.0',
  describe: 'Containers without a daemon',
  globalOptions: directoryOptions,
  commands: [
    {
      name: 'run',
      describe: 'Create and run a new container from an image',
      load: () => import('./run.ts'),
    },
    {
      name: 'pull',
      describe: 'Download an image from a registry',
      load: () => import('./pull.ts'),
    },
    { name: 'images', describe: 'List images', load: () => import('./images.ts') },
    { name: 'ps', describe: 'List containers', load: () => import('./ps.ts') },
    {
      name: 'rm',
      describe: 'Remove one or more containers',
      load: () => import('./rm.ts'),
    },
  ],
};
