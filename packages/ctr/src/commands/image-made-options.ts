import { parsePlatform } from '@ctrkit/oci';
import type { Values } from '@ctrkit/cli-kit';
import type { MutateOptions } from '@ctrkit/image-store';

export const platformOption = {
  platform: {
    type: 'string',
    describe: 'Take the image of this platform: os/arch[/variant]',
    coerce: (text: string): string => {
      parsePlatform(text);
      return text;
    },
  },
} as const;

/** How the image is called that a command makes. */
export const tagOption = {
  tag: { type: 'string', alias: 't', describe: 'Name of the image that is made' },
} as const;

/** The flags of the commands that may change how it runs. */
export const mutateOptions = {
  author: { type: 'string', alias: 'a', describe: 'Author of the image that is made' },
  change: {
    type: 'array',
    alias: 'c',
    valueName: 'list',
    describe: 'Apply Dockerfile instruction to the image that is made',
  },
  message: { type: 'string', alias: 'm', describe: 'Message in its history' },
} as const;

/** What a command line says of an image that is made of another. */
export function mutation(
  {
    tag,
    platform,
    change,
    author,
    message,
  }: Values<typeof platformOption & typeof tagOption & typeof mutateOptions>,
  signal: AbortSignal,
): MutateOptions {
  return {
    changes: change,
    signal,
    ...(tag !== undefined && { name: tag }),
    ...(platform !== undefined && { platform: parsePlatform(platform) }),
    ...(author !== undefined && { author }),
    ...(message !== undefined && { message }),
  };
}
