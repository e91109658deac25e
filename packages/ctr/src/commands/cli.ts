import type { Cli } from '@ctrkit/cli-kit';
import { directoryOptions } from './directory-options.ts';

/** The command line of ctr; a command's module is imported when it is used. */
export const cli: Cli = {
  name: 'ctr',
  version: process.env['CTRKIT_VERSION'] ?? '0.0.0',
  describe: 'Containers without a daemon',
  globalOptions: directoryOptions,
  groups: {
    manifest: 'Manage image manifests and manifest lists',
    container: 'Manage containers',
    system: 'Manage everything',
  },
  commands: [
    {
      name: 'run',
      describe: 'Create and run a new container from an image',
      load: () => import('./run.ts'),
    },
    {
      name: 'create',
      describe: 'Create a new container',
      load: () => import('./create.ts'),
    },
    {
      name: 'start',
      describe: 'Start one or more stopped containers',
      load: () => import('./start.ts'),
    },
    {
      name: 'exec',
      describe: 'Execute a command in a running container',
      load: () => import('./exec.ts'),
    },
    {
      name: 'attach',
      describe: 'Attach local standard streams to a running container',
      load: () => import('./attach.ts'),
    },
    {
      name: 'ps',
      describe: 'List containers',
      load: () => import('./ps.ts'),
    },
    {
      name: 'inspect',
      describe: 'Return low-level information on containers',
      load: () => import('./inspect.ts'),
    },
    {
      name: 'logs',
      describe: 'Fetch the logs of a container',
      load: () => import('./logs.ts'),
    },
    {
      name: 'stop',
      describe: 'Stop one or more running containers',
      load: () => import('./stop.ts'),
    },
    {
      name: 'restart',
      describe: 'Restart one or more containers',
      load: () => import('./restart.ts'),
    },
    {
      name: 'kill',
      describe: 'Kill one or more running containers',
      load: () => import('./kill.ts'),
    },
    {
      name: 'wait',
      describe: 'Block until one or more containers stop, then print their exit codes',
      load: () => import('./wait.ts'),
    },
    {
      name: 'rm',
      describe: 'Remove one or more containers',
      load: () => import('./rm.ts'),
    },
    {
      name: 'pull',
      describe: 'Download an image from a registry',
      load: () => import('./pull.ts'),
    },
    {
      name: 'push',
      describe: 'Upload an image to a registry',
      load: () => import('./push.ts'),
    },
    {
      name: 'manifest inspect',
      describe: 'Display an image manifest, or manifest list',
      load: () => import('./manifest-inspect.ts'),
    },
    {
      name: 'login',
      describe: 'Authenticate to a registry',
      load: () => import('./login.ts'),
    },
    {
      name: 'logout',
      describe: 'Log out from a registry',
      load: () => import('./logout.ts'),
    },
    {
      name: 'search',
      describe: 'Search a registry for images',
      load: () => import('./search.ts'),
    },
    {
      name: 'images',
      describe: 'List images',
      load: () => import('./images.ts'),
    },
    {
      name: 'container prune',
      describe: 'Remove all stopped containers',
      load: () => import('./container-prune.ts'),
    },
    {
      name: 'system prune',
      describe: 'Remove unused data',
      load: () => import('./system-prune.ts'),
    },
  ],
};
