import type { Cli } from '@ctrkit/cli-kit';

/** The command line of this package; a command's module is imported when it is used. */
export const cli: Cli = {
  name: 'ns-exec',
  version: process.env['CTRKIT_VERSION'] ?? '0.0.0',
  describe: 'Run a runtime bundle, or a command in any directory, as a container',
  commands: [
    {
      name: 'run',
      describe: 'Run a runtime bundle',
      load: () => import('./run.ts'),
    },
  ],
  fallback: {
    usage: 'DIR -- COMMAND [ARG...]',
    describe: 'Run a command with a directory as its root',
    load: () => import('./directory.ts'),
  },
};
