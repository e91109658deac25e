import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { errnoOf, explainSystemError } from '@ctrkit/durable';
import { BuildError } from '../build-error.ts';
import type { Secret } from '../build-options.ts';
import { setting } from '../cache/inputs.ts';
import type { RunMount } from '../dockerfile/instruction.ts';
import type { Place } from '../stage/place.ts';
import { setOwner } from './file-options.ts';
import { memoryDirectory } from './memory-directory.ts';
import { mountTarget } from './mount-target.ts';
import { acquired } from './run-mount.ts';
import type { AcquiredMount, PlannedMount } from './run-mount.ts';

/** Docker's. */
const LARGEST = 500 * 1024;
const MODE = 0o400;

const notFound = (id: string): BuildError =>
  new BuildError('SECRET_NOT_FOUND', `secret ${id}: not found`, {
    hint: `give it with --secret id=${id},src=FILE or --secret id=${id},env=NAME`,
  });

function readCapped(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(LARGEST + 1);
    let length = 0;
    for (let count = -1; count !== 0 && length < bytes.length; length += count) {
      count = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function bytesOf(id: string, secret: Secret): Buffer {
  const bytes = secret.type === 'file' ? readFile(id, secret.path) : Buffer.from(secret.value);
  if (bytes.length <= LARGEST) return bytes;
  throw new BuildError('ARGUMENT_INVALID', `secret ${id}: is larger than ${LARGEST} bytes`);
}

function readFile(id: string, path: string): Buffer {
  try {
    return readCapped(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw notFound(id);
    throw explainSystemError(error, path);
  }
}

interface SecretChoices {
  readonly id: string;
  /** The file that it becomes, if it becomes one. */
  readonly target: string | undefined;
  /** The variable that it becomes, if it becomes one. */
  readonly variable: string | undefined;
  readonly options: RunMount['options'];
}

async function acquire(
  { world }: Place,
  secret: Secret,
  choices: SecretChoices,
): Promise<AcquiredMount> {
  // prettier-ignore
  const { id, target, variable, options } = choices;
  const bytes = bytesOf(id, secret);
  const env = variable === undefined ? [] : [`${variable}=${bytes.toString()}`];
  if (target === undefined) return acquired([], undefined, env);
  const { path, remove } = await memoryDirectory(world);
  try {
    const file = join(path, 'secret');
    writeFileSync(file, bytes, { mode: 0o600 });
    await setOwner(file, options, MODE);
    const mount = { type: 'bind', source: file, target, readOnly: true } as const;
    return acquired([mount], () => Promise.resolve(remove()), env);
  } catch (error) {
    remove();
    throw error;
  }
}

/** `--mount=type=secret`: a file in memory or a variable of the program, which no layer, history, cache or disk has. Throws SECRET_NOT_FOUND. */
export function planSecret(place: Place, options: RunMount['options']): Promise<PlannedMount> {
  const { id: given, source, target: written, env: variable } = options;
  const id = given ?? source ?? posix.basename(written ?? '');
  const isFile = written !== undefined || variable === undefined;
  const target = isFile
    ? mountTarget(place, written ?? `/run/secrets/${posix.basename(id)}`)
    : undefined;
  const secret = place.world.options.secrets?.get(id);
  if (secret === undefined && options['required'] === 'true') throw notFound(id);
  // What is in it is none of the cache's business.
  const inputs = setting(`secret ${id}`, [target ?? '', variable ?? '', options['mode'] ?? '', options['uid'] ?? '', options['gid'] ?? ''].join(' ')); // prettier-ignore
  const choices = { id, target, variable, options };
  return Promise.resolve({
    inputs,
    acquire: async () =>
      secret === undefined ? acquired([]) : await acquire(place, secret, choices),
  });
}
