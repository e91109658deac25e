import type { CommandEntry } from '@ctrkit/cli-kit';

/** Commands about images in the store. */
export const images: readonly CommandEntry[] = [
  {
    name: 'images',
    aliases: ['image ls', 'image list'],
    describe: 'List images',
    load: () => import('../images.ts'),
  },
  {
    name: 'tag',
    aliases: ['image tag'],
    describe: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
    load: () => import('../tag.ts'),
  },
  {
    name: 'untag',
    aliases: ['image untag'],
    describe: 'Take names from an image, which stays',
    load: () => import('../untag.ts'),
  },
  {
    name: 'rmi',
    aliases: ['image rm', 'image remove'],
    describe: 'Remove one or more images',
    load: () => import('../rmi.ts'),
  },
  {
    name: 'history',
    aliases: ['image history'],
    describe: 'Show the history of an image',
    load: () => import('../history.ts'),
  },
  {
    name: 'image inspect',
    describe: 'Display detailed information on one or more images',
    load: () => import('../image-inspect.ts'),
  },
  {
    name: 'image prune',
    describe: 'Remove unused images',
    load: () => import('../image-prune.ts'),
  },
  {
    name: 'save',
    aliases: ['image save'],
    describe: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
    load: () => import('../save.ts'),
  },
  {
    name: 'load',
    aliases: ['image load'],
    describe: 'Load an image from a tar archive or STDIN',
    load: () => import('../load.ts'),
  },
  {
    name: 'import',
    aliases: ['image import'],
    describe: 'Import the contents from a tarball to create a filesystem image',
    load: () => import('../import.ts'),
  },
  {
    name: 'image tree',
    describe: 'Print layer hierarchy of an image, or of all, in a tree format',
    load: () => import('../image-tree.ts'),
  },
  {
    name: 'image files',
    describe: 'List the files of an image, layer by layer',
    load: () => import('../image-files.ts'),
  },
  {
    name: 'image append',
    describe: 'Make an image of one and a layer on top',
    load: () => import('../image-append.ts'),
  },
  {
    name: 'image flatten',
    describe: 'Make an image of one layer that has all files of another',
    load: () => import('../image-flatten.ts'),
  },
  {
    name: 'image rebase',
    describe: 'Make an image of the layers that one has on its base, on another base',
    load: () => import('../image-rebase.ts'),
  },
  {
    name: 'image mutate',
    describe: 'Make an image of the same layers that runs otherwise',
    load: () => import('../image-mutate.ts'),
  },
  {
    name: 'image cat',
    describe: 'Write files of an image to STDOUT, without a container',
    load: () => import('../image-cat.ts'),
  },
  {
    name: 'image diff',
    describe: 'Show what differs between two images: files and configuration',
    load: () => import('../image-diff.ts'),
  },
  {
    name: 'image lock',
    describe: 'Write down which digests names mean, for pull --locked',
    load: () => import('../image-lock.ts'),
  },
  {
    name: 'image verify',
    describe: 'Verify what is stored, and with --repair pull again what is damaged',
    load: () => import('../image-verify.ts'),
  },
];
