import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { BuildError, openContext, parseContextSource, parseDockerfile } from '@ctrkit/build';
import type { Context as BuildContext, Dockerfile, OpenContextOptions } from '@ctrkit/build';
import { CliError } from '@ctrkit/cli-kit';
import type { Context } from '@ctrkit/cli-kit';
import { errnoOf } from '@ctrkit/durable';

/** More than a Dockerfile may have, so that one that is too large is told as that. */
const MOST_BYTES = 8 * 1024 * 1024;

/** What is built: a Dockerfile and the files that it may copy. */
export interface Sources extends AsyncDisposable {
  readonly dockerfile: Dockerfile;
  readonly context: BuildContext;
  /** Tells this build from others: absolute paths, or what was given. */
  readonly origin: string;
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const unprepared = (why: string, cause?: unknown): CliError =>
  new CliError('USAGE', `unable to prepare context: ${why}`, {
    exitCode: 1,
    pointer: 'none',
    cause,
  });

async function readHostFile(path: string): Promise<Buffer> {
  try {
    await using handle = await open(path);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOENT') throw cause;
    const why = `lstat ${path}: no such file or directory`;
    throw unprepared(`unable to evaluate symlinks in Dockerfile path: ${why}`, cause);
  }
}

async function readStdin({ stdin }: Pick<Context, 'stdin'>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stdin()) {
    parts.push(part);
    size += part.length;
    if (size > MOST_BYTES) throw unprepared('the Dockerfile on stdin is too large');
  }
  return Buffer.concat(parts);
}

/** The Dockerfile by its path on this machine, or undefined where it is one of the context's files. */
function hostPath(directory: string | undefined, file: string | undefined): string | undefined {
  if (directory === undefined) return undefined;
  if (file !== undefined) return resolve(file);
  const [usual, other] = [join(directory, 'Dockerfile'), join(directory, 'dockerfile')];
  const isOther = !isThere(usual) && isThere(other);
  return isOther ? other : usual;
}

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

/** Relative to the context, where it is in there. */
function inContext(directory: string | undefined, path: string | undefined): string | undefined {
  if (directory === undefined || path === undefined) return undefined;
  const inside = relative(directory, path);
  return inside.startsWith('..') || isAbsolute(inside) ? undefined : inside;
}

/** A context that is a Dockerfile alone has it with it. */
type MaybeDockerfile = BuildContext & { readonly dockerfile?: Buffer };

async function ownDockerfile(context: MaybeDockerfile, file: string): Promise<Buffer> {
  const bytes = context.dockerfile ?? (await context.readFile(file, MOST_BYTES));
  if (bytes !== undefined) return bytes;
  throw new BuildError('DOCKERFILE_NOT_FOUND', `Cannot locate specified Dockerfile: ${file}`);
}

/**
 * Opens what a command line means by `PATH|URL|-` and `--file`. Throws CliError USAGE, BuildError CONTEXT_INVALID,
 * DOCKERFILE_NOT_FOUND, DOCKERFILE_INVALID.
 */
export async function openSources(
  where: string,
  file: string | undefined,
  context: Pick<Context, 'stdin'>,
  options: OpenContextOptions,
): Promise<Sources> {
  const source = parseContextSource(where, isDirectory);
  if (source.type === 'image' || source.type === 'layout') throw new TypeError('no context of a command line'); // prettier-ignore
  if (source.type === 'stdin' && file === '-') {
    throw unprepared("can't use stdin for both build context and Dockerfile");
  }
  const directory = source.type === 'directory' ? resolve(source.path) : undefined;
  if (directory !== undefined && !isDirectory(directory)) throw unprepared(notThere(where));
  const path = file === '-' ? undefined : hostPath(directory, file);
  const read = file === '-' ? await readStdin(context) : path && (await readHostFile(path));
  const dockerfile = inContext(directory, path);
  const opened = await openContext(source, { ...options, stdin: context.stdin, ...(dockerfile !== undefined && { dockerfile }) }); // prettier-ignore
  try {
    const name = file ?? 'Dockerfile';
    const bytes = typeof read === 'object' ? read : await ownDockerfile(opened, name);
    return {
      dockerfile: parseDockerfile(bytes, file === '-' ? 'Dockerfile' : basename(name)),
      context: opened,
      origin: `${path ?? name} ${directory ?? where}`,
      [Symbol.asyncDispose]: async () => await opened[Symbol.asyncDispose](),
    };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

const notThere = (where: string): string =>
  statSync(where, { throwIfNoEntry: false }) === undefined
    ? `path ${JSON.stringify(where)} not found`
    : `context must be a directory: ${where}`;
