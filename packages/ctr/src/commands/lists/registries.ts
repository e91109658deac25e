import type { CommandEntry } from '@ctrkit/cli-kit';

/** Commands that speak with registries. */
export const registries: readonly CommandEntry[] = [
  {
    name: 'pull',
    aliases: ['image pull'],
    describe: 'Download an image from a registry',
    load: () => import('../pull.ts'),
  },
  {
    name: 'push',
    aliases: ['image push'],
    describe: 'Upload an image to a registry',
    load: () => import('../push.ts'),
  },
  {
    name: 'manifest inspect',
    describe: 'Display an image manifest, or manifest list',
    load: () => import('../manifest-inspect.ts'),
  },
  {
    name: 'login',
    describe: 'Authenticate to a registry',
    load: () => import('../login.ts'),
  },
  {
    name: 'logout',
    describe: 'Log out from a registry',
    load: () => import('../logout.ts'),
  },
  {
    name: 'search',
    describe: 'Search a registry for images',
    load: () => import('../search.ts'),
  },
];
