import type { Output } from '@ctrkit/build';
import type { Context } from '@ctrkit/cli-kit';
import { writeArchive } from '../write-archive.ts';
import { fieldsOf } from './fields.ts';

const keys = ['type', 'dest', 'name', 'push'] as const;

/** What `--output` asks for. */
export interface GivenOutput {
  readonly output: Output;
  /** Other names for the image. */
  readonly names: readonly string[];
  /** Whether the image goes to the registries of its names, too. */
  readonly isPushed: boolean;
}

/**
 * `--output`: `type=image|registry|local|tar|oci|docker`, with `dest=PATH`, `name=NAME[,NAME…]`, `push=true`; a path alone is a directory, `-` the
 * files as an archive on stdout. Throws an Error.
 */
export function parseOutput(
  text: string,
  context: Pick<Context, 'stdout' | 'signal'>,
): GivenOutput {
  const fields = fieldsOf(text, keys, 'dest');
  const dest = fields.get('dest');
  const type = fields.get('type') ?? (dest === '-' ? 'tar' : 'local');
  const output = outputOf(type, dest, context);
  const push = fields.get('push');
  if (push !== undefined && type !== 'image' && type !== 'registry') {
    throw new Error(`push is not for type "${type}": there is image, registry`);
  }
  return {
    output,
    names: (fields.get('name') ?? '').split(',').filter((name) => name !== ''),
    isPushed: push === undefined ? type === 'registry' : truth(push),
  };
}

function outputOf(
  type: string,
  dest: string | undefined,
  context: Pick<Context, 'stdout' | 'signal'>,
): Output {
  switch (type) {
    // What is pushed is kept here, too.
    case 'image':
    case 'registry':
      return { type: 'image' };
    case 'local':
      if (dest === undefined || dest === '' || dest === '-') {
        throw new Error('dest is required for local output');
      }
      return { type, directory: dest };
    case 'tar':
    case 'oci':
    case 'docker':
      return { type, write: archiveTo(dest ?? '-', context) };
    default:
      throw new Error(`unknown type "${type}": there is image, registry, local, tar, oci, docker`);
  }
}

function truth(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new Error(`push is true or false, not "${text}"`);
}

function archiveTo(
  dest: string,
  context: Pick<Context, 'stdout' | 'signal'>,
): (bytes: AsyncIterable<Uint8Array>) => Promise<void> {
  if (dest === '-' && context.stdout.isTerminal) {
    throw new Error('an archive is not for a terminal: name a file, or redirect stdout');
  }
  return async (bytes) => await writeArchive(bytes, dest === '-' ? '' : dest, context);
}

/** Where it goes, of several `--output` and of `--push` and `--load`: these ask for the image beside whatever else there is. */
export function allOutputs(
  given: readonly GivenOutput[],
  { push, load }: { readonly push: boolean; readonly load: boolean },
): { readonly outputs: readonly Output[] | undefined; readonly isPushed: boolean } {
  const outputs = given.map(({ output }) => output);
  const isPushed = push || given.some((one) => one.isPushed);
  if (outputs.length === 0) return { outputs: undefined, isPushed };
  const lacksImage = (push || load) && !outputs.some(({ type }) => type === 'image');
  return { outputs: lacksImage ? [...outputs, { type: 'image' }] : outputs, isPushed };
}
