import { createHash } from 'node:crypto';
import type { Digest } from '@ctrkit/oci';
import type { Match, SelectedEntry } from './source.ts';

/** A field of unknown length, so that none can be taken for another. */
const field = (text: string): string => `${text.length}:${text}`;

function attributesOf({ entry: { xattrs } }: SelectedEntry): string {
  if (xattrs.size === 0) return '';
  const names = [...xattrs].map(([name, value]) => field(name) + field(value.toString('latin1')));
  return names.toSorted().join('');
}

/** Of several names of one file the first, where they are told apart. */
class Links {
  readonly #first = new Map<string, string>();

  firstOf({ entry: { links, device, inode, type } }: SelectedEntry, path: string): string {
    if (type === 'directory' || links < 2) return '';
    const file = `${device}:${inode}`;
    const first = this.#first.get(file);
    if (first === undefined) this.#first.set(file, path);
    return first ?? '';
  }
}

function lineOf(selected: SelectedEntry, links: Links): string {
  const { entry, digest } = selected;
  const path = entry.path.toString('latin1');
  const { type, mode, uid, gid, major, minor } = entry;
  const isDevice = type === 'character' || type === 'block';
  const device = isDevice ? `${major}:${minor}` : '';
  const target = field(entry.target.toString('latin1'));
  const other = field(links.firstOf(selected, path));
  return `${field(path)}${type} ${mode} ${uid}:${gid} ${device} ${digest ?? ''} ${target}${other}${field(attributesOf(selected))}\n`;
}

/** The digest of what was selected, whatever machine it was found on. */
export function selectionDigest(matches: readonly Match[]): Digest {
  const hash = createHash('sha256');
  for (const { path, name, entries } of matches) {
    const links = new Links();
    const lines = entries.map((selected) => lineOf(selected, links));
    hash.update(`${field(path)}${field(name.toString('latin1'))}${lines.length}\n`);
    hash.update(lines.join(''), 'latin1');
  }
  return `sha256:${hash.digest('hex')}`;
}
