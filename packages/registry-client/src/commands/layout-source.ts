import { createReadStream, statSync } from 'node:fs';
import { findEntry, openLayout, parseLayoutReference } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { hostPlatform } from '@ctrkit/oci';
import type { Descriptor } from '@ctrkit/oci';
import { explainSystemError } from '@ctrkit/durable';
import { stagingDirectory } from './staging.ts';

/** An image in a layout, which is there until this is disposed of. */
export interface OpenedImage extends AsyncDisposable {
  readonly layout: Layout;
  /** Its entry of index.json. */
  readonly image: Descriptor;
}

interface ArchiveReference {
  /** `-` is stdin. */
  file: string;
  name?: string;
}

/** What is needed to open one. */
export interface OpenSettings {
  stdin: () => AsyncIterable<Buffer>;
  signal: AbortSignal;
}

/** Whether a word names a layout or an archive, and no image of a registry. */
export function isLayoutSource(text: string): boolean {
  return text === '-' || text.startsWith('oci:') || text.startsWith('oci-archive:');
}

/**
 * Opens `oci:DIR[:NAME]`, `oci-archive:FILE[:NAME]`, `-` (an archive on stdin), or the path of a directory or an archive.
 * An archive is unpacked into a temporary directory first. Without a name there must be one image only. Throws layout's
 * errors.
 */
export async function openImage(text: string, settings: OpenSettings): Promise<OpenedImage> {
  const archive = archiveReference(text);
  if (archive !== undefined) return await openArchive(archive, settings);
  const { directory, name } = parseLayoutReference(text) ?? { directory: text };
  const layout = await openLayout(directory);
  return { layout, image: await entryOf(layout, name), [Symbol.asyncDispose]: nothing };
}

function archiveReference(text: string): ArchiveReference | undefined {
  if (text === '-') return { file: '-' };
  if (text.startsWith('oci-archive:')) {
    const [file = '', ...rest] = text.slice('oci-archive:'.length).split(':');
    const name = rest.join(':');
    return name === '' ? { file } : { file, name };
  }
  const isFile = statSync(text, { throwIfNoEntry: false })?.isFile() === true;
  return isFile ? { file: text } : undefined;
}

async function openArchive(
  { file, name }: ArchiveReference,
  { stdin, signal }: OpenSettings,
): Promise<OpenedImage> {
  const staging = await stagingDirectory();
  try {
    const layout = await openLayout(staging.path, { create: true });
    const { readLayoutTar } = await import('../layout-tar.ts');
    await readLayoutTar(file === '-' ? stdin() : fileStream(file), layout, { signal });
    const image = await entryOf(layout, name);
    return { layout, image, [Symbol.asyncDispose]: staging[Symbol.asyncDispose] };
  } catch (error) {
    await staging[Symbol.asyncDispose]();
    throw error;
  }
}

async function* fileStream(file: string): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 512 * 1024 })) {
      yield chunk as Buffer;
    }
  } catch (error) {
    throw explainSystemError(error, file);
  }
}

async function entryOf(layout: Layout, name: string | undefined): Promise<Descriptor> {
  return await findEntry(layout, name === undefined ? {} : { name }, hostPlatform());
}

const nothing = (): Promise<void> => Promise.resolve();
