import { formatOption } from '@ctrkit/cli-kit';
import type { Values } from '@ctrkit/cli-kit';
import { parsePlatform } from '@ctrkit/oci';
import type { Platform } from '@ctrkit/oci';
import type { MutateOptions } from '../mutate.ts';

type Text<Alias extends string> = {
  readonly type: 'string';
  readonly alias: Alias;
  readonly describe: string;
};

/** What the commands that make an image of another have in common. */
export const madeOptions: {
  readonly tag: Text<'t'> & { readonly valueName: 'NAME' };
  readonly platform: {
    readonly type: 'string';
    readonly describe: string;
    readonly coerce: (text: string) => Platform;
  };
  readonly format: typeof formatOption;
} = {
  tag: { type: 'string', alias: 't', valueName: 'NAME', describe: 'Its name' },
  platform: {
    type: 'string',
    describe: 'Of several, the image of this platform: os/architecture[/variant]',
    coerce: parsePlatform,
  },
  format: formatOption,
};

/** The same, where it may run otherwise. */
export const mutateOptions: typeof madeOptions & {
  readonly change: {
    readonly type: 'array';
    readonly alias: 'c';
    readonly valueName: 'INSTRUCTION';
    readonly describe: string;
  };
  readonly author: Text<'a'>;
  readonly message: Text<'m'>;
} = {
  ...madeOptions,
  change: {
    type: 'array',
    alias: 'c',
    valueName: 'INSTRUCTION',
    describe: 'How it runs: an instruction of a Dockerfile, such as CMD sh',
  },
  author: { type: 'string', alias: 'a', describe: 'Who made it' },
  message: { type: 'string', alias: 'm', describe: 'What its history says of it' },
};

/** What a command line says of an image that is made of another. */
export function mutation(
  { tag, platform, change, author, message }: Values<typeof mutateOptions>,
  { signal }: { readonly signal: AbortSignal },
): MutateOptions {
  return {
    changes: change,
    signal,
    ...(tag !== undefined && { name: tag }),
    ...(platform !== undefined && { platform }),
    ...(author !== undefined && { author }),
    ...(message !== undefined && { message }),
  };
}
