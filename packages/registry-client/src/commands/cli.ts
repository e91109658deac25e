import type { Cli } from '@ctrkit/cli-kit';

/** The command line of registry-client. */
export const cli: Cli = {
  name: 'registry-client',
  version: process.env['CTRKIT_VERSION'] ?? '0.0.0',
  describe: 'Read, write and look at images in registries',
  groups: { index: 'Images of several platforms under one name' },
  commands: [
    {
      name: 'pull',
      describe: 'Download an image as an OCI layout, a directory or a tar stream',
      load: () => import('./pull.ts'),
    },
    {
      name: 'push',
      describe: 'Upload an image of an OCI layout, a directory or an archive',
      load: () => import('./push.ts'),
    },
    {
      name: 'copy',
      describe: 'Copy an image from one registry to another, or from a layout',
      load: () => import('./copy.ts'),
    },
    {
      name: 'sync',
      describe: 'Make the tags of a repository mean the same in another one',
      load: () => import('./sync.ts'),
    },
    {
      name: 'login',
      describe: 'Log in to a registry, and keep that for docker, podman and skopeo too',
      load: () => import('./login.ts'),
    },
    {
      name: 'logout',
      describe: 'Forget the login of a registry',
      load: () => import('./logout.ts'),
    },
    {
      name: 'tags',
      describe: 'List the tags of a repository',
      load: () => import('./tags.ts'),
    },
    {
      name: 'manifest',
      describe: 'Print a manifest or an index, byte by byte as the registry has it',
      load: () => import('./manifest.ts'),
    },
    {
      name: 'config',
      describe: 'Print the configuration of an image, byte by byte',
      load: () => import('./config.ts'),
    },
    {
      name: 'digest',
      describe: 'Print the digest that a name stands for',
      load: () => import('./digest.ts'),
    },
    {
      name: 'inspect',
      describe: 'Tell what an image is, without its layers',
      load: () => import('./inspect.ts'),
    },
    {
      name: 'referrers',
      describe: 'List what is about an image: signatures, inventories',
      load: () => import('./referrers.ts'),
    },
    {
      name: 'catalog',
      describe: 'List the repositories of a registry',
      load: () => import('./catalog.ts'),
    },
    {
      name: 'delete',
      describe: 'Delete tags, or manifests by their digest',
      load: () => import('./delete.ts'),
    },
    {
      name: 'index create',
      describe: 'Put images of several platforms under one name',
      load: () => import('./index-create.ts'),
    },
    {
      name: 'index annotate',
      describe: 'Say something else of one image of an index',
      load: () => import('./index-annotate.ts'),
    },
  ],
};
