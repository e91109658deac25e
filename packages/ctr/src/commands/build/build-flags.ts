import type { Values } from '@ctrkit/cli-kit';
import { parsePlatform, formatPlatform } from '@ctrkit/oci';
import type { buildProgressOption } from '../build-progress/build-progress-option.ts';
import type { directoryOptions } from '../directory-options.ts';

/** The flags of `build`, with docker's words. */
export const buildFlags = {
  'build-arg': { type: 'array', describe: 'Set build-time variables' },
  'build-context': {
    type: 'array',
    valueName: 'name=source',
    describe: 'Additional build contexts (e.g., name=path)',
  },
  'cache-from': {
    type: 'array',
    describe:
      'External cache sources (e.g., "user/app:cache", "type=local,src=path/to/dir", "type=gha,scope=name")',
  },
  'cache-to': {
    type: 'array',
    describe:
      'Cache export destinations (e.g., "user/app:cache", "type=local,dest=path/to/dir[,mounts=true]", "type=gha,scope=name", "type=inline")',
  },
  check: { type: 'boolean', describe: 'Check the Dockerfile, and build nothing' },
  explain: { type: 'boolean', describe: 'Say of each step that is not in the cache why' },
  file: {
    type: 'string',
    alias: 'f',
    describe: 'Name of the Dockerfile (default "PATH/Dockerfile")',
  },
  iidfile: { type: 'string', describe: 'Write the image ID to a file' },
  label: { type: 'array', describe: 'Set metadata for an image' },
  load: { type: 'boolean', describe: 'Keep the image here, beside other outputs' },
  network: {
    type: 'string',
    choices: ['default', 'host', 'none'],
    default: 'default',
    describe: 'Set the networking mode for the "RUN" instructions during build',
  },
  'no-cache': { type: 'boolean', describe: 'Do not use cache when building the image' },
  'no-cache-filter': { type: 'array', describe: 'Do not cache specified stages' },
  output: {
    type: 'array',
    alias: 'o',
    describe: 'Output destination (format: "type=local,dest=path")',
  },
  platform: {
    type: 'string',
    coerce: (text: string): string => formatPlatform(parsePlatform(text)),
    describe: 'Set target platform for build',
  },
  pull: { type: 'boolean', describe: 'Always attempt to pull all referenced images' },
  push: { type: 'boolean', describe: 'Push the image to the registries of its names' },
  quiet: {
    type: 'boolean',
    alias: 'q',
    describe: 'Suppress the build output and print image ID on success',
  },
  secret: {
    type: 'array',
    describe: 'Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")',
  },
  'shell-on-error': {
    type: 'boolean',
    conflicts: ['quiet'],
    describe: 'Open a shell on the files of a RUN that fails',
  },
  squash: { type: 'boolean', describe: 'Squash newly built layers into a single new layer' },
  ssh: {
    type: 'array',
    describe: 'SSH agent socket to expose to the build (format: "default|<id>=<socket>")',
  },
  tag: { type: 'array', alias: 't', describe: 'Name and optionally a tag (format: "name:tag")' },
  target: { type: 'string', describe: 'Set the target build stage to build' },
} as const;

/** What a command line of `build` says. */
export type BuildFlags = Values<
  typeof buildFlags & typeof directoryOptions & { readonly progress: typeof buildProgressOption }
>;
