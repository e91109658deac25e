import { CliError, defineCommand } from '@ctrkit/cli-kit';
import type { Command, Context } from '@ctrkit/cli-kit';
import { openImageStore } from '@ctrkit/image-store';
import { parsePlatform } from '@ctrkit/oci';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { openFile } from './open-file.ts';

export const command: Command = defineCommand({
  operands: 'FILE|URL|- [REPOSITORY[:TAG]]',
  options: {
    ...directoryOptions,
    change: {
      type: 'array',
      alias: 'c',
      valueName: 'list',
      describe: 'Apply Dockerfile instruction to the created image',
    },
    message: { type: 'string', alias: 'm', describe: 'Set commit message for imported image' },
    platform: {
      type: 'string',
      describe: 'Set platform of the image: os[/arch[/variant]]',
      coerce: parsePlatform,
    },
  },
  async run({ options, operands: [source, name = ''] }, context) {
    const { change, message = '', platform } = options;
    const store = await openImageStore(directoriesOf(options, context.env));
    const { id } = await store.importFilesystem(await open(source, context), {
      changes: change,
      message: message === '' ? `Imported from ${isUrl(source) ? source : '-'}` : message,
      signal: context.signal,
      ...(name !== '' && { name }),
      ...(platform !== undefined && { platform }),
    });
    context.stdout.write(`${id}\n`);
  },
});

const isUrl = (source: string): boolean => /^https?:\/\//i.test(source);

async function open(source: string, context: Context): Promise<AsyncIterable<Uint8Array>> {
  if (source === '-') return context.stdin();
  return isUrl(source) ? await download(source, context.signal) : await openFile(source);
}

async function download(url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const response = await request(url, signal);
  // Nothing else says that these are the right bytes.
  if (/^https:/i.test(url) && !response.url.startsWith('https:')) {
    throw failed(url, 'it leads to a place without encryption');
  }
  if (!response.ok || response.body === null) throw failed(url, `status ${response.status}`);
  return response.body as AsyncIterable<Uint8Array>;
}

async function request(url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const { cause } = error as { cause?: unknown };
    throw failed(url, cause instanceof Error ? cause.message : 'cannot be reached', error);
  }
}

function failed(url: string, why: string, cause?: unknown): CliError {
  // What stands before the host may be a password.
  const { host, pathname } = new URL(url);
  return new CliError('USAGE', `${host}${pathname}: ${why}`, {
    exitCode: 1,
    pointer: 'none',
    cause,
  });
}
