import type { Cli } from '@ctrkit/cli-kit';
import { directoryOptions } from './directory-options.ts';

/** The command line of ctr; a command's module is imported when it is used. */
export const cli: Cli = {
  name: 'ctr',
  version: process.env['CTRKIT_VERSION'] ?? '0.0.0',
  describe: 'Containers without a daemon',
  globalOptions: directoryOptions,
  groups: {
    container: 'Manage containers',
    image: 'Manage images',
    manifest: 'Manage image manifests and manifest lists',
    system: 'Manage everything',
    volume: 'Manage volumes',
  },
  commands: [
    {
      name: 'run',
      aliases: ['container run'],
      describe: 'Create and run a new container from an image',
      load: () => import('./run.ts'),
    },
    {
      name: 'create',
      aliases: ['container create'],
      describe: 'Create a new container',
      load: () => import('./create.ts'),
    },
    {
      name: 'fork',
      aliases: ['container fork'],
      describe: 'Create and run a new container on the files of another, as they are now',
      load: () => import('./fork.ts'),
    },
    {
      name: 'start',
      aliases: ['container start'],
      describe: 'Start one or more stopped containers',
      load: () => import('./start.ts'),
    },
    {
      name: 'exec',
      aliases: ['container exec'],
      describe: 'Execute a command in a running container',
      load: () => import('./exec.ts'),
    },
    {
      name: 'attach',
      aliases: ['container attach'],
      describe: 'Attach local standard streams to a running container',
      load: () => import('./attach.ts'),
    },
    {
      name: 'ps',
      aliases: ['container ls', 'container list', 'container ps'],
      describe: 'List containers',
      load: () => import('./ps.ts'),
    },
    {
      name: 'inspect',
      describe: 'Return low-level information on containers, images and volumes',
      load: () => import('./inspect.ts'),
    },
    {
      name: 'logs',
      aliases: ['container logs'],
      describe: 'Fetch the logs of a container',
      load: () => import('./logs.ts'),
    },
    {
      name: 'diff',
      aliases: ['container diff'],
      describe: "Inspect changes to files or directories on a container's filesystem",
      load: () => import('./diff.ts'),
    },
    {
      name: 'export',
      aliases: ['container export'],
      describe: "Export a container's filesystem as a tar archive",
      load: () => import('./export.ts'),
    },
    {
      name: 'commit',
      aliases: ['container commit'],
      describe: "Create a new image from a container's changes",
      load: () => import('./commit.ts'),
    },
    {
      name: 'stop',
      aliases: ['container stop'],
      describe: 'Stop one or more running containers',
      load: () => import('./stop.ts'),
    },
    {
      name: 'restart',
      aliases: ['container restart'],
      describe: 'Restart one or more containers',
      load: () => import('./restart.ts'),
    },
    {
      name: 'kill',
      aliases: ['container kill'],
      describe: 'Kill one or more running containers',
      load: () => import('./kill.ts'),
    },
    {
      name: 'wait',
      aliases: ['container wait'],
      describe: 'Block until one or more containers stop, then print their exit codes',
      load: () => import('./wait.ts'),
    },
    {
      name: 'rm',
      aliases: ['container rm', 'container remove'],
      describe: 'Remove one or more containers',
      load: () => import('./rm.ts'),
    },
    {
      name: 'pull',
      aliases: ['image pull'],
      describe: 'Download an image from a registry',
      load: () => import('./pull.ts'),
    },
    {
      name: 'push',
      aliases: ['image push'],
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
      aliases: ['image ls', 'image list'],
      describe: 'List images',
      load: () => import('./images.ts'),
    },
    {
      name: 'tag',
      aliases: ['image tag'],
      describe: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
      load: () => import('./tag.ts'),
    },
    {
      name: 'untag',
      aliases: ['image untag'],
      describe: 'Take names from an image, which stays',
      load: () => import('./untag.ts'),
    },
    {
      name: 'rmi',
      aliases: ['image rm', 'image remove'],
      describe: 'Remove one or more images',
      load: () => import('./rmi.ts'),
    },
    {
      name: 'history',
      aliases: ['image history'],
      describe: 'Show the history of an image',
      load: () => import('./history.ts'),
    },
    {
      name: 'image inspect',
      describe: 'Display detailed information on one or more images',
      load: () => import('./image-inspect.ts'),
    },
    {
      name: 'image prune',
      describe: 'Remove unused images',
      load: () => import('./image-prune.ts'),
    },
    {
      name: 'save',
      aliases: ['image save'],
      describe: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
      load: () => import('./save.ts'),
    },
    {
      name: 'load',
      aliases: ['image load'],
      describe: 'Load an image from a tar archive or STDIN',
      load: () => import('./load.ts'),
    },
    {
      name: 'import',
      aliases: ['image import'],
      describe: 'Import the contents from a tarball to create a filesystem image',
      load: () => import('./import.ts'),
    },
    {
      name: 'image tree',
      describe: 'Print layer hierarchy of an image, or of all, in a tree format',
      load: () => import('./image-tree.ts'),
    },
    {
      name: 'image files',
      describe: 'List the files of an image, layer by layer',
      load: () => import('./image-files.ts'),
    },
    {
      name: 'image append',
      describe: 'Make an image of one and a layer on top',
      load: () => import('./image-append.ts'),
    },
    {
      name: 'image flatten',
      describe: 'Make an image of one layer that has all files of another',
      load: () => import('./image-flatten.ts'),
    },
    {
      name: 'image rebase',
      describe: 'Make an image of the layers that one has on its base, on another base',
      load: () => import('./image-rebase.ts'),
    },
    {
      name: 'image mutate',
      describe: 'Make an image of the same layers that runs otherwise',
      load: () => import('./image-mutate.ts'),
    },
    {
      name: 'image cat',
      describe: 'Write files of an image to STDOUT, without a container',
      load: () => import('./image-cat.ts'),
    },
    {
      name: 'image diff',
      describe: 'Show what differs between two images: files and configuration',
      load: () => import('./image-diff.ts'),
    },
    {
      name: 'image lock',
      describe: 'Write down which digests names mean, for pull --locked',
      load: () => import('./image-lock.ts'),
    },
    {
      name: 'image verify',
      describe: 'Verify what is stored, and with --repair pull again what is damaged',
      load: () => import('./image-verify.ts'),
    },
    {
      name: 'container prune',
      describe: 'Remove all stopped containers',
      load: () => import('./container-prune.ts'),
    },
    {
      name: 'volume create',
      describe: 'Create a volume',
      load: () => import('./volume-create.ts'),
    },
    {
      name: 'volume inspect',
      describe: 'Display detailed information on one or more volumes',
      load: () => import('./volume-inspect.ts'),
    },
    {
      name: 'volume ls',
      aliases: ['volume list'],
      describe: 'List volumes',
      load: () => import('./volume-ls.ts'),
    },
    {
      name: 'volume prune',
      describe: 'Remove unused local volumes',
      load: () => import('./volume-prune.ts'),
    },
    {
      name: 'volume rm',
      aliases: ['volume remove'],
      describe:
        'Remove one or more volumes. You cannot remove a volume that is in use by a container',
      load: () => import('./volume-rm.ts'),
    },
    {
      name: 'system df',
      describe: 'Show disk usage',
      load: () => import('./system-df.ts'),
    },
    {
      name: 'system prune',
      describe: 'Remove unused data',
      load: () => import('./system-prune.ts'),
    },
  ],
};
