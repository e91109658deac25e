import type { Cli } from '@ctrkit/cli-kit';
import { rootOption } from './root-option.ts';

/** The command line of this package; a command's module is imported when it is used. */
export const cli: Cli = {
  name: 'rootfs',
  version: process.env['CTRKIT_VERSION'] ?? '0.0.0',
  describe: 'Images as root file systems and runtime bundles',
  globalOptions: rootOption,
  commands: [
    {
      name: 'unpack',
      describe: 'Unpack an image into a directory',
      load: () => import('./unpack.ts'),
    },
    {
      name: 'bundle',
      describe: 'Make a runtime bundle of an image',
      load: () => import('./bundle.ts'),
    },
    {
      name: 'pack',
      describe: 'Write a directory as a layer',
      load: () => import('./pack.ts'),
    },
    {
      name: 'diff',
      describe: 'Write as a layer what makes one directory of another',
      load: () => import('./diff.ts'),
    },
    {
      name: 'repack',
      describe: 'Write as a layer what makes a directory of an image',
      load: () => import('./repack.ts'),
    },
  ],
};
