import type { Cli } from '@ctrkit/cli-kit';

/** The command line of registry-client. */
export const cli: Cli = {
  name: 'registry-client',
  version: process.env['CTRKIT_VERSION'] ?? '0.0.0',
  describe: 'Read images from registries',
  commands: [
    {
      name: 'pull',
      describe: 'Download an image as an OCI layout, a directory or a tar stream',
      load: () => import('./pull.ts'),
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
  ],
};
