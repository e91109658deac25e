import type { Cli } from '@ctrkit/cli-kit';
import { directoryOptions } from './directory-options.ts';
import { builds } from './lists/builds.ts';
import { containers } from './lists/containers.ts';
import { images } from './lists/images.ts';
import { machine } from './lists/machine.ts';
import { registries } from './lists/registries.ts';
import { volumes } from './lists/volumes.ts';

/** The command line of ctr. */
export const cli: Cli = {
  name: 'ctr',
  version: process.env['CTRKIT_VERSION'] ?? '0.0.0',
  describe: 'Containers without a daemon',
  globalOptions: directoryOptions,
  groups: {
    builder: 'Manage builds',
    container: 'Manage containers',
    image: 'Manage images',
    manifest: 'Manage image manifests and manifest lists',
    system: 'Manage everything',
    volume: 'Manage volumes',
  },
  commands: [...containers, ...builds, ...images, ...registries, ...volumes, ...machine],
};
