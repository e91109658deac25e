import type { CommandEntry } from '@ctrkit/cli-kit';

/** Commands about containers. */
export const containers: readonly CommandEntry[] = [
  {
    name: 'run',
    aliases: ['container run'],
    describe: 'Create and run a new container from an image',
    load: () => import('../run.ts'),
  },
  {
    name: 'create',
    aliases: ['container create'],
    describe: 'Create a new container',
    load: () => import('../create.ts'),
  },
  {
    name: 'fork',
    aliases: ['container fork'],
    describe: 'Create and run a new container on the files of another, as they are now',
    load: () => import('../fork.ts'),
  },
  {
    name: 'start',
    aliases: ['container start'],
    describe: 'Start one or more stopped containers',
    load: () => import('../start.ts'),
  },
  {
    name: 'exec',
    aliases: ['container exec'],
    describe: 'Execute a command in a running container',
    load: () => import('../exec.ts'),
  },
  {
    name: 'attach',
    aliases: ['container attach'],
    describe: 'Attach local standard streams to a running container',
    load: () => import('../attach.ts'),
  },
  {
    name: 'ps',
    aliases: ['container ls', 'container list', 'container ps'],
    describe: 'List containers',
    load: () => import('../ps.ts'),
  },
  {
    name: 'logs',
    aliases: ['container logs'],
    describe: 'Fetch the logs of a container',
    load: () => import('../logs.ts'),
  },
  {
    name: 'diff',
    aliases: ['container diff'],
    describe: "Inspect changes to files or directories on a container's filesystem",
    load: () => import('../diff.ts'),
  },
  {
    name: 'export',
    aliases: ['container export'],
    describe: "Export a container's filesystem as a tar archive",
    load: () => import('../export.ts'),
  },
  {
    name: 'cp',
    aliases: ['container cp'],
    describe: 'Copy files/folders between a container and the local filesystem',
    load: () => import('../cp.ts'),
  },
  {
    name: 'commit',
    aliases: ['container commit'],
    describe: "Create a new image from a container's changes",
    load: () => import('../commit.ts'),
  },
  {
    name: 'stop',
    aliases: ['container stop'],
    describe: 'Stop one or more running containers',
    load: () => import('../stop.ts'),
  },
  {
    name: 'restart',
    aliases: ['container restart'],
    describe: 'Restart one or more containers',
    load: () => import('../restart.ts'),
  },
  {
    name: 'kill',
    aliases: ['container kill'],
    describe: 'Kill one or more running containers',
    load: () => import('../kill.ts'),
  },
  {
    name: 'wait',
    aliases: ['container wait'],
    describe: 'Block until one or more containers stop, then print their exit codes',
    load: () => import('../wait.ts'),
  },
  {
    name: 'rm',
    aliases: ['container rm', 'container remove'],
    describe: 'Remove one or more containers',
    load: () => import('../rm.ts'),
  },
  {
    name: 'container prune',
    describe: 'Remove all stopped containers',
    load: () => import('../container-prune.ts'),
  },
];
