import type { Operation } from '@ctrkit/syscalls';
import type { OnEvent } from '../events.ts';
import { ownerOf } from '../privilege.ts';
import type { Privilege } from '../privilege.ts';
import { invalidLayer } from '../rootfs-error.ts';
import type { TarEntry } from '../tar/entry.ts';
import type { TarReader } from '../tar/tar-reader.ts';
import { DirectoryTimes } from './directory-times.ts';
import { bytesOf, makeDirectory, makeNode, makeSymlink } from './entry-operations.ts';
import type { Made } from './entry-operations.ts';
import { isKeptAttribute } from './kept-attribute.ts';
import { findPlace, isDirectory, putChild } from './layer-tree.ts';
import type { Kind, Place } from './layer-tree.ts';
import { markOf, splitPath, unmarked } from './names.ts';
import type { Components } from './names.ts';
import type { OperationSink } from './operation-sink.ts';
import { writeFile } from './write-file.ts';

/** How whiteouts are carried out: kept as an overlay's marks, done at once on what is there, or not at all: files like others. */
export type Application = 'overlay' | 'flatten' | 'plain';

export interface LayerWriterOptions {
  readonly application: Application;
  readonly privilege: Privilege;
  readonly onEvent?: OnEvent | undefined;
  /** Those of the layers below, where they go into the same tree. */
  readonly times?: DirectoryTimes | undefined;
}

/** Where an entry goes. */
interface Spot {
  readonly parent: Place;
  readonly name: string;
  readonly components: Components;
  readonly path: string;
}

/** Turns the entries of one layer into operations, and remembers what the layer has at each path. */
export class LayerWriter {
  readonly root: Place = { kind: 'directory', opaque: false };
  /** Bytes of the files so far. */
  size = 0;
  readonly #plan: OperationSink;
  readonly #application: Application;
  readonly #privilege: Privilege;
  readonly #onEvent: OnEvent;
  readonly #times: DirectoryTimes;

  constructor(plan: OperationSink, options: LayerWriterOptions) {
    this.#plan = plan;
    this.#application = options.application;
    this.#privilege = options.privilege;
    this.#onEvent = options.onEvent ?? (() => {});
    this.#times = options.times ?? new DirectoryTimes();
    this.#times.imply([]);
  }

  /**
   * Makes one entry; a regular file's contents are taken from the reader. Undefined where there is nothing to wait for.
   * Throws LAYER_INVALID.
   */
  write(entry: TarEntry, reader: TarReader): Promise<void> | undefined {
    const components = splitPath(entry.path, this.#application !== 'plain');
    const name = components.at(-1);
    if (name === undefined) {
      this.#writeRoot(entry);
      return undefined;
    }
    const mark = this.#application === 'plain' ? unmarked : markOf(name, entry.path);
    if (mark.kind === 'ignored') return undefined;
    const parent = this.#parent(components);
    if (mark.kind === 'opaque') this.#opaque(parent, components.slice(0, -1));
    else if (mark.kind === 'whiteout') this.#whiteout(parent, components, mark.name);
    else
      return this.#entry(entry, reader, { parent, name, components, path: components.join('/') });
    return undefined;
  }

  /** Nothing more is taken of a chunk of the archive: its memory is freed when what was is written. */
  free(chunk: Buffer): void {
    this.#plan.free(chunk);
  }

  /** Sets the times of directories, which come last. */
  async finish(): Promise<void> {
    for (const [path, { seconds, nanoseconds }] of this.#times) {
      this.#plan.add({ op: 'directory-times', path: bytesOf(path), seconds, nanoseconds });
      await this.#plan.flow();
    }
  }

  /** Makes the directories on the way to a path. Throws LAYER_INVALID where one is a link of this layer. */
  implyParents(components: Components): void {
    this.#parent(components);
  }

  #writeRoot(entry: TarEntry): void {
    if (entry.type !== 'directory') throw invalidLayer('the root is no directory', entry.path);
    this.#plan.add(makeDirectory(this.#made(entry, '.')));
    this.#times.set([], entry);
  }

  #parent(components: Components): Place {
    let place = this.root;
    for (let depth = 0; depth < components.length - 1; depth++) {
      const name = components[depth] ?? '';
      const child = place.children?.get(name);
      place =
        isDirectory(child) && child !== undefined
          ? child
          : this.#imply(place, components.slice(0, depth + 1));
    }
    return place;
  }

  // A parent that is a link would lead elsewhere (CVE-2021-29136); a file in its place is replaced.
  #imply(parent: Place, components: Components): Place {
    const path = components.join('/');
    const name = components.at(-1) ?? '';
    const kind = parent.children?.get(name)?.kind;
    if (kind === 'symlink' || kind === 'pending')
      throw invalidLayer('is a link, and has entries below it', path);
    const place = putChild(parent, name, 'implied');
    this.#plan.add({ op: 'imply-directory', path: bytesOf(path) });
    this.#times.imply(components);
    if (place.opaque) this.#markOpaque(path);
    return place;
  }

  #entry(entry: TarEntry, reader: TarReader, spot: Spot): Promise<void> | undefined {
    switch (entry.type) {
      case 'directory':
        this.#directory(entry, spot);
        break;
      case 'file':
        this.#record(spot, 'file');
        this.size += entry.size;
        return writeFile(this.#made(entry, spot.path), reader, this.#plan);
      case 'symlink':
        checkTarget(entry);
        this.#put(makeSymlink(this.#made(entry, spot.path)), spot, 'symlink');
        break;
      case 'hardlink':
        this.#hardlink(entry, spot);
        break;
      default:
        this.#node(entry, spot);
    }
    return this.#plan.flow();
  }

  #put(operation: Operation, spot: Spot, kind: Kind): Place {
    this.#plan.add(operation);
    return this.#record(spot, kind);
  }

  // Not a directory, or not one any more.
  #record({ parent, name, components }: Spot, kind: Kind): Place {
    this.#times.delete(components);
    return putChild(parent, name, kind);
  }

  #directory(entry: TarEntry, { parent, name, path, components }: Spot): void {
    this.#plan.add(makeDirectory(this.#made(entry, path)));
    const place = putChild(parent, name, 'directory');
    if (place.opaque) this.#markOpaque(path);
    this.#times.set(components, entry);
  }

  #node(entry: TarEntry, spot: Spot): void {
    const isDevice = entry.type !== 'fifo';
    // A character device 0:0 is overlayfs's own whiteout, which no image may speak of.
    if (entry.type === 'character' && entry.major === 0 && entry.minor === 0) {
      throw invalidLayer('is a device 0:0', spot.path);
    }
    if (isDevice && !this.#privilege.devices) this.#drop(spot, 'device');
    else this.#put(makeNode(this.#made(entry, spot.path)), spot, 'node');
  }

  #drop(spot: Spot, what: 'device' | 'link'): void {
    this.#onEvent({ type: 'dropped', path: spot.path, what });
    this.#put({ op: 'remove', path: bytesOf(spot.path) }, spot, 'dropped');
  }

  #hardlink(entry: TarEntry, spot: Spot): void {
    const components = splitPath(entry.target, this.#application !== 'plain');
    const target = components.join('/');
    const there = findPlace(this.root, components);
    if (target === '' || isDirectory(there))
      throw invalidLayer('is a link to a directory', spot.path);
    if (target === spot.path) {
      if (there === undefined) throw invalidLayer('is a link to itself', spot.path);
    } else if (there?.kind === 'dropped') {
      this.#drop(spot, 'link');
    } else if (this.#mayBeBelow(there, spot)) {
      this.#put({ op: 'remove', path: bytesOf(spot.path) }, spot, 'pending').target = target;
    } else {
      const path = bytesOf(spot.path);
      this.#put(
        { op: 'make-hardlink', path, target: bytesOf(target) },
        spot,
        there?.kind ?? 'file',
      );
    }
  }

  // In an overlay's layer, what this layer does not have may be in a lower one; in a flat tree it is there.
  #mayBeBelow(target: Place | undefined, { path }: Spot): boolean {
    if (target?.kind === 'whiteout')
      throw invalidLayer('is a link to what the layer removes', path);
    return target?.kind === 'pending' || (target === undefined && this.#application === 'overlay');
  }

  #whiteout(parent: Place, whiteout: Components, name: string): void {
    const components = [...whiteout.slice(0, -1), name];
    const path = components.join('/');
    const there = parent.children?.get(name);
    // A whiteout is about lower layers: what this one has at the path stays.
    if (there !== undefined) {
      if (isDirectory(there)) this.#opaque(there, components);
      return;
    }
    const op = this.#application === 'overlay' ? 'make-whiteout' : 'remove';
    this.#put({ op, path: bytesOf(path) }, { parent, name, path, components }, 'whiteout');
  }

  #opaque(place: Place, components: Components): void {
    place.opaque = true;
    if (this.#application === 'flatten') this.#clear(place, components);
    else if (components.length > 0) this.#markOpaque(components.join('/'));
  }

  #markOpaque(path: string): void {
    if (this.#application === 'flatten') return;
    const attribute = this.#privilege.opaqueAttribute;
    this.#plan.add({ op: 'mark-opaque', path: bytesOf(path), attribute });
  }

  // Removes what lower layers put into a directory, and leaves what this one did.
  #clear(place: Place, components: Components): void {
    const own = [...(place.children ?? [])].filter(([, child]) => child.kind !== 'whiteout');
    const names = own.map(([name]) => name);
    const path = bytesOf(components.length === 0 ? '.' : components.join('/'));
    this.#plan.add({ op: 'empty-directory', path, keep: names.map(bytesOf) });
    this.#times.empty(components, new Set(names));
    for (const [name, child] of own) {
      if (isDirectory(child)) this.#clear(child, [...components, name]);
    }
  }

  #made(entry: TarEntry, path: string): Made {
    const { uid, gid } = entry;
    return {
      path: bytesOf(path),
      entry,
      ...ownerOf(this.#privilege, { uid, gid, path }),
      xattrs: this.#xattrs(entry, path),
    };
  }

  #xattrs(entry: TarEntry, path: string): Uint8Array[] {
    const kept: Uint8Array[] = [];
    for (const [name, value] of entry.xattrs) {
      if (isKeptAttribute(name, entry.type)) kept.push(bytesOf(name), value);
      else this.#onEvent({ type: 'dropped', path, what: 'attribute', attribute: name });
    }
    return kept;
  }
}

function checkTarget({ target, path }: TarEntry): void {
  if (target !== '' && target.length < 4096 && !target.includes('\0')) return;
  throw invalidLayer('is a symbolic link to nowhere', path);
}
