import { readFileSync, readdirSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openImageStore } from '@ctrkit/image-store';
import { busyboxConfig, busyboxEntries, makeImageLayout, tarOf } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import * as assert from 'uvu/assert';
import { failureOf, inBuildWorld } from './build-world.ts';
import type { BuildWorld } from './build-world.ts';

/** What no build may carry away. */
export const SECRET = 'only-the-host-knows-this';

/** A build world beside which there is something of the host's that an attack would read or change. */
export interface AttackWorld extends BuildWorld {
  /** A directory of the host with `secret` in it. */
  readonly decoy: string;
  /** Makes a link in the context. */
  link(path: string, target: string): Promise<void>;
  /** Imports an image: busybox with more files, or without it, and this configuration. */
  hostile(name: string, config: object, entries?: readonly TarEntry[]): Promise<void>;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function readable(path: string): Buffer {
  const bytes = readFileSync(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** The files of a store that have this in them, packed or not. */
export function filesWith(text: string, ...directories: readonly string[]): string[] {
  return directories.flatMap(filesBelow).filter((path) => readable(path).includes(text));
}

function assertUntouched(decoy: string): void {
  assert.equal(readdirSync(decoy), ['secret'], 'files of the host');
  assert.is(readFileSync(join(decoy, 'secret'), 'utf8'), SECRET);
}

async function importHostile(
  world: BuildWorld,
  name: string,
  config: object,
  entries: readonly TarEntry[] = [],
): Promise<void> {
  const layout = join(world.directory, `layout-of-${name}`);
  const layers = [tarOf([...(await busyboxEntries()), ...entries])];
  await makeImageLayout(layout, { layers, config: { ...busyboxConfig, ...config } });
  await (await openImageStore(world)).import(layout, { name });
}

/** Runs an attack. Whatever it brings about, nothing of the host is changed, and nothing of it is in the store. */
export function attack(name: string, body: (world: AttackWorld) => Promise<void>): void {
  inBuildWorld(name, async (world) => {
    const decoy = join(world.directory, 'decoy');
    await mkdir(decoy);
    await writeFile(join(decoy, 'secret'), SECRET);
    await chmod(decoy, 0o777);
    await body({
      ...world,
      decoy,
      link: (path, target) => symlink(target, join(world.context, path)),
      hostile: (...args) => importHostile(world, ...args),
    });
    assertUntouched(decoy);
    assert.equal(filesWith(SECRET, world.root), [], 'carried away');
  });
}

export const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

/** Builds what may fail, but not in any way that nobody has thought of. */
export async function survives(world: BuildWorld, dockerfile: string): Promise<void> {
  try {
    await world.build(dockerfile);
  } catch (error) {
    const { code } = error as { code?: unknown };
    assert.type(code, 'string', `${dockerfile.slice(0, 300)}: ${String(error)}`);
  }
}

/** The code of the error that something ends with. */
export async function codeOf(action: () => Promise<unknown>): Promise<string | undefined> {
  return (await failureOf(action)).code;
}
