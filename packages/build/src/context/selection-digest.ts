import { createHash } from 'node:crypto';
import type { Digest } from '@ctrkit/oci';
import type { Chosen, ChosenMatch } from './select.ts';

/** A field of unknown length, so that none can be taken for another. */
const field = (text: string): string => (text === '' ? '0:' : `${text.length}:${text}`);

function attributesOf({ node: { entry, details } }: Chosen): string {
  const { xattrs } = details ?? entry;
  if (xattrs.size === 0) return '';
  const names = [...xattrs].map(([name, value]) => field(name) + field(value.toString('latin1')));
  return names.toSorted().join('');
}

/** Of several names of one file the first, where they are told apart. */
class Links {
  readonly #first = new Map<string, string>();

  firstOf({ node: { entry }, path }: Chosen): string {
    const { device, inode, type } = entry;
    if (type === 'directory') return '';
    const file = `${device}:${inode}`;
    const first = this.#first.get(file);
    if (first === undefined) this.#first.set(file, path);
    return first ?? '';
  }
}

function lineOf(chosen: Chosen, links: Links): string {
  const { entry, details } = chosen.node;
  const { type, mode, uid, gid } = entry;
  const isDevice = type === 'character' || type === 'block';
  const device = isDevice ? `${entry.major}:${entry.minor}` : '';
  const target = type === 'symlink' ? field(entry.target.toString('latin1')) : '0:';
  const other = entry.links < 2 ? '0:' : field(links.firstOf(chosen));
  const head = `${field(chosen.path)}${type} ${mode} ${uid}:${gid} ${device}`;
  return `${head} ${details?.digest ?? ''} ${target}${other}${field(attributesOf(chosen))}\n`;
}

/** The digest of what was selected, whatever machine it was found on. */
export function selectionDigest(matches: readonly ChosenMatch[]): Digest {
  const hash = createHash('sha256');
  for (const { path, chosen } of matches) {
    const links = new Links();
    const lines = chosen.map((each) => lineOf(each, links));
    hash.update(`${field(path)}${lines.length}\n${lines.join('')}`, 'latin1');
  }
  return `sha256:${hash.digest('hex')}`;
}
