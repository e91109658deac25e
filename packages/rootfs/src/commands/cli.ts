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
  ],
};
