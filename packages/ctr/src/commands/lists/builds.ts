import type { CommandEntry } from '@ctrkit/cli-kit';

/** Commands about builds. */
export const builds: readonly CommandEntry[] = [
  {
    name: 'build',
    aliases: ['image build', 'builder build', 'buildx build'],
    describe: 'Build an image from a Dockerfile',
    load: () => import('../build.ts'),
  },
  {
    name: 'builder prune',
    aliases: ['buildx prune'],
    describe: 'Remove build cache',
    load: () => import('../builder-prune.ts'),
  },
];
