import { createHash } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, namesIn, writeFileAtomic } from '@ctrkit/durable';
import { readCapped } from '@ctrkit/layout';
import type { Digest } from '@ctrkit/oci';
import { makeDirectory } from './make-directory.ts';
import type { Details } from './node.ts';

// What is larger is not believed, and what would be is not written.
const LARGEST_FILE = 128 * 1024 * 1024;
const MOST_ENTRIES = 250_000;
const MOST_CONTEXTS = 64;
const VERSION = 1;

/** A path, its stamp, its digest (empty where it has none) and its attributes in base64. */
type Row = readonly [
  path: string,
  stamp: string,
  digest: Digest | '',
  xattrs?: Record<string, string> | null | undefined,
];

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * What earlier builds found out by opening the files of a directory, by path and stamp: so the next need not. It is never to be missed:
 * damaged, it is as good as none.
 */
export class StatCache {
  readonly #path: string;
  readonly #rows: Map<string, Row>;
  #isChanged = false;

  /** @param parent the directory of all of them @param directory whose files it is about, its real path */
  constructor(parent: string, directory: string) {
    this.#path = join(parent, sha256(directory));
    this.#rows = new Map(readRows(this.#path).map((row) => [row[0], row]));
  }

  find(path: string, stamp: string): Details | undefined {
    const row = this.#rows.get(path);
    return row?.[1] === stamp ? detailsOf(row) : undefined;
  }

  set(path: string, stamp: string, { digest, xattrs }: Details): void {
    const attributes = xattrs.size === 0 ? undefined : encoded(xattrs);
    this.#rows.set(path, [path, stamp, digest ?? '', attributes]);
    this.#isChanged = true;
  }

  /** Forgets what is not there any more. */
  forget(isGone: (path: string) => boolean): void {
    for (const path of this.#rows.keys()) {
      if (isGone(path)) this.#isChanged = this.#rows.delete(path) || this.#isChanged;
    }
  }

  /** Keeps it for the next build; not synced, for a crash only makes that one read more. */
  async save(): Promise<void> {
    if (!this.#isChanged || this.#rows.size > MOST_ENTRIES) return;
    const parent = dirname(this.#path);
    const body = JSON.stringify([VERSION, [...this.#rows.values()]]);
    makeDirectory(parent);
    await writeFileAtomic(this.#path, `${sha256(body)}\n${body}`, { sync: false });
    this.#isChanged = false;
    removeOldest(parent);
  }
}

const none: Details['xattrs'] = new Map();

const encoded = (xattrs: Details['xattrs']): Record<string, string> =>
  Object.fromEntries([...xattrs].map(([name, value]) => [name, value.toString('base64')]));

function detailsOf([, , digest, xattrs]: Row): Details {
  return {
    // What was written here is read here: the checksum says so.
    digest: digest === '' ? undefined : digest,
    xattrs:
      xattrs === undefined || xattrs === null
        ? none
        : new Map(
            Object.entries(xattrs).map(([name, value]) => [name, Buffer.from(value, 'base64')]),
          ),
  };
}

function readRows(path: string): readonly Row[] {
  const bytes = readCapped(path, LARGEST_FILE);
  if (bytes === undefined || bytes.length > LARGEST_FILE) return [];
  const text = bytes.toString();
  const end = text.indexOf('\n');
  if (end < 0 || sha256(text.slice(end + 1)) !== text.slice(0, end)) return [];
  const [version, rows] = JSON.parse(text.slice(end + 1)) as [number, readonly Row[]];
  return version === VERSION ? rows : [];
}

function removeOldest(parent: string): void {
  const names = namesIn(parent).filter((name) => !name.startsWith('.'));
  if (names.length <= MOST_CONTEXTS) return;
  const aged = names.map((name) => ({
    path: join(parent, name),
    time: timeOf(join(parent, name)),
  }));
  aged.sort((one, other) => other.time - one.time);
  for (const { path } of aged.slice(MOST_CONTEXTS)) rmSync(path, { force: true });
}

function timeOf(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
