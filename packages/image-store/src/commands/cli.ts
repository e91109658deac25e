import type { Cli } from '@ctrkit/cli-kit';
import { rootOption } from './root-option.ts';

/** The command line of this package; a command's module is imported when it is used. */
export const cli: Cli = {
  name: 'image-store',
  version: process.env['CTRKIT_VERSION'] ?? '0.0.0',
  describe: 'The images of this machine',
  globalOptions: rootOption,
  commands: [
    {
      name: 'import',
      describe: 'Take images in from an archive, a directory or standard input',
      load: () => import('./import.ts'),
    },
    {
      name: 'import-rootfs',
      describe: 'Make an image of a root file system, from a tar',
      load: () => import('./import-rootfs.ts'),
    },
    { name: 'ls', describe: 'List the images', load: () => import('./ls.ts') },
    {
      name: 'inspect',
      describe: 'All that is known of images, as docker tells it',
      load: () => import('./inspect.ts'),
    },
    {
      name: 'history',
      describe: 'How an image was made, layer by layer',
      load: () => import('./history.ts'),
    },
    {
      name: 'usage',
      describe: 'What images take on the disk, shared and alone',
      load: () => import('./usage.ts'),
    },
    {
      name: 'export',
      describe: 'Write images as one archive',
      load: () => import('./export.ts'),
    },
    {
      name: 'append',
      describe: 'Make an image of one and a layer on top',
      load: () => import('./append.ts'),
    },
    {
      name: 'rebase',
      describe: 'Make an image of the layers that one has on its base, on another base',
      load: () => import('./rebase.ts'),
    },
    {
      name: 'mutate',
      describe: 'Make an image of the same layers that runs otherwise',
      load: () => import('./mutate.ts'),
    },
    {
      name: 'tag',
      describe: 'Give an image one more name',
      load: () => import('./tag.ts'),
    },
    {
      name: 'untag',
      describe: 'Take names from an image, which stays',
      load: () => import('./untag.ts'),
    },
    {
      name: 'prune',
      describe: 'Remove images without a tag, or all',
      load: () => import('./prune.ts'),
    },
    {
      name: 'rm',
      describe: 'Remove names, and images that have no other',
      load: () => import('./rm.ts'),
    },
    {
      name: 'gc',
      describe: 'Delete what no image needs',
      load: () => import('./gc.ts'),
    },
    {
      name: 'verify',
      describe: 'Read every byte, and tell what is damaged or missing',
      load: () => import('./verify.ts'),
    },
    {
      name: 'lock',
      describe: 'Write down which digests names mean',
      load: () => import('./lock.ts'),
    },
    {
      name: 'serve',
      describe: 'Serve the images as a registry on loopback',
      load: () => import('./serve.ts'),
    },
  ],
};
