import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errnoOf, explainSystemError, writeFileAtomic } from '@ctrkit/durable';
import type { Layout, ResolvedImage } from '@ctrkit/layout';
import { ownIdMaps } from '@ctrkit/syscalls';
import { bundleSpec } from './bundle-spec.ts';
import { ensureLayers } from './ensure-layers.ts';
import type { OnEvent } from './events.ts';
import { readFiles } from './read-files.ts';
import { RootfsError } from './rootfs-error.ts';
import { chooseStorage } from './storage.ts';
import { removeTree } from './remove-tree.ts';
import { unpackImage } from './unpack-image.ts';

export interface WriteBundleOptions {
  /** Where unpacked layers are kept. Not needed with `copy`. */
  readonly root: string;
  /** The command, in place of the image's. */
  readonly args?: readonly string[];
  /** Fill `rootfs/` instead of mounting the layers. @default where no overlay can be made */
  readonly copy?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
}

const ACCOUNTS = ['/etc/passwd', '/etc/group'];

// mount(2) takes one page of options.
const LONGEST_OPTIONS = 4000;

/**
 * Makes a runtime bundle of an image in a new or empty directory. The first mount of its `config.json` is the
 * overlay of the layers at `/`, so that the container's own namespace has it and the host has nothing. `config.json`
 * is written last: with it, the bundle is whole.
 * Throws TARGET_NOT_EMPTY, TARGET_INVALID, what `ensureLayers` throws, and oci's errors of users and commands.
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/bundle.md
 */
export async function writeBundle(
  layout: Layout,
  image: ResolvedImage,
  bundle: string,
  options: WriteBundleOptions,
): Promise<void> {
  const directory = resolve(bundle);
  const isNew = await makeEmpty(directory);
  try {
    await (options.copy === true || (await chooseStorage(options.root)) === 'copy'
      ? writeCopy(layout, image, directory, options)
      : writeOverlay(layout, image, directory, options));
  } catch (error) {
    await clear(directory, isNew);
    throw error;
  }
}

async function writeCopy(
  layout: Layout,
  image: ResolvedImage,
  directory: string,
  options: WriteBundleOptions,
): Promise<void> {
  const rootfs = join(directory, 'rootfs');
  await unpackImage(layout, image, rootfs, options);
  await writeConfig(image, directory, { lowers: [rootfs], copied: true }, options);
}

async function writeOverlay(
  layout: Layout,
  image: ResolvedImage,
  directory: string,
  options: WriteBundleOptions,
): Promise<void> {
  const lowers = await ensureLayers(layout, image, options);
  if (lowers.join(':').length > LONGEST_OPTIONS) {
    throw new RootfsError(
      'TARGET_INVALID',
      `image: ${lowers.length} layers are too many for one mount`,
      {
        hint: 'use --copy',
      },
    );
  }
  // The upper directory is the container's own `/`.
  for (const name of ['rootfs', 'upper', 'work'])
    await mkdir(join(directory, name), { mode: 0o755 });
  await writeConfig(image, directory, { lowers, copied: false }, options);
}

async function writeConfig(
  image: ResolvedImage,
  directory: string,
  { lowers, copied }: { readonly lowers: readonly string[]; readonly copied: boolean },
  { args }: WriteBundleOptions,
): Promise<void> {
  const [passwd, group] = await readFiles(lowers, ACCOUNTS);
  const spec = bundleSpec(image.config, {
    args,
    lowers: copied ? undefined : lowers,
    upper: join(directory, 'upper'),
    work: join(directory, 'work'),
    ids: ownIdMaps(),
    accounts: { passwd, group },
  });
  await writeFileAtomic(join(directory, 'config.json'), `${JSON.stringify(spec, undefined, 2)}\n`);
}

// True where it was not there before.
async function makeEmpty(directory: string): Promise<boolean> {
  try {
    const made = await mkdir(directory, { recursive: true, mode: 0o700 });
    if ((await readdir(directory)).length === 0) return made !== undefined;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST' && errnoOf(error) !== 'ENOTDIR')
      throw explainSystemError(error, directory);
  }
  throw new RootfsError('TARGET_NOT_EMPTY', `${directory}: is not an empty directory`, {
    path: directory,
    hint: 'name a new or an empty directory',
  });
}

async function clear(directory: string, isNew: boolean): Promise<void> {
  if (isNew) {
    await removeTree(directory);
    return;
  }
  for (const name of await readdir(directory)) await removeTree(join(directory, name));
}
