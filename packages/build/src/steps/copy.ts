import type { CachedLayer } from '@ctrkit/image-store';
import { digestOf } from '@ctrkit/oci';
import type { Input, Inputs } from '../cache/inputs.ts';
import { setting } from '../cache/inputs.ts';
import { keyOf } from '../cache/key.ts';
import { openArchiveOf } from '../context/archive.ts';
import type { Match, SelectedEntry, Selection } from '../context/source.ts';
import type { AddInstruction, CopyInstruction } from '../dockerfile/instruction.ts';
import { findDestination, parseDestination } from '../layer/destination.ts';
import type { Destination } from '../layer/destination.ts';
import { heredocEntries } from '../layer/heredoc-entries.ts';
import { layerRecords } from '../layer/layer-records.ts';
import { isNumericOwner, resolveOwner, rootOwner } from '../layer/owner.ts';
import { placeMatches } from '../layer/place-matches.ts';
import type { PlacingOptions } from '../layer/place-matches.ts';
import type { PlacedEntry } from '../layer/placed-entry.ts';
import { parseChangeMode } from '../layer/change-mode.ts';
import { lookUpIn, lookUpInNothing } from '../layer/root-entries.ts';
import { BuildError } from '../build-error.ts';
import type { Place } from '../stage/place.ts';
import { runnableState } from '../stage/runnable-state.ts';
import { writeRecords } from '../layer/write-records.ts';
import { cacheDirectory } from '../world.ts';
import type { CopySource } from './copy-source.ts';
import type { Identified, LayerStep } from './layer-step.ts';

/** What COPY and ADD have in common. */
export interface Copying extends Omit<CopyInstruction, 'keyword'> {
  readonly keyword: CopyInstruction['keyword'] | AddInstruction['keyword'];
  /** Whether archives are unpacked. */
  readonly unpack: boolean;
  /** The sources as the Dockerfile has them. @default as they are */
  readonly written?: readonly string[];
}

function historyText({
  written,
  keyword,
  chown,
  chmod,
  sources,
  heredocs,
  destination,
}: Copying): string {
  // prettier-ignore
  const flags = [
    ...(chown === undefined ? [] : [`--chown=${chown}`]),
    ...(chmod === undefined ? [] : [`--chmod=${chmod}`]),
  ];
  const documents = heredocs.map(({ name }) => `<<${name}`);
  return `${[keyword, ...flags, ...documents, ...(written ?? sources), destination].join(' ')} # buildkit`;
}

function metadataOf({ entry }: SelectedEntry): string {
  const { type, mode, uid, gid, target, major, minor } = entry;
  return [type, mode.toString(8), uid, gid, target.toString('latin1'), major, minor].join(' ');
}

const hasContents = ({ entry }: SelectedEntry): boolean => entry.type === 'file';

function fileInputs({ matches }: Selection): Input[] {
  return matches.flatMap(({ path, entries }) =>
    entries.map((selected): Input => {
      const below = selected.entry.path.toString();
      const metadata = digestOf(metadataOf(selected));
      const value = hasContents(selected) ? (selected.digest ?? '') : '';
      return { type: 'file', name: below === '.' ? path : `${path}/${below}`, value, metadata };
    }),
  );
}

// Names of one file stay so, as they are in the layer.
function linksOf({ matches }: Selection): string[][] {
  const names = new Map<string, string[]>();
  for (const { path, entries } of matches) {
    for (const { entry } of entries) {
      if (entry.type === 'directory' || entry.links < 2) continue;
      const file = `${entry.device}:${entry.inode}`;
      names.set(file, [...(names.get(file) ?? []), `${path}/${entry.path.toString('latin1')}`]);
    }
  }
  return [...names.values()].filter(({ length }) => length > 1);
}

/** What COPY does, as far as it is known before a file is read. */
class Copy implements LayerStep {
  readonly text: string;
  readonly quickKey: LayerStep['quickKey'];
  readonly #place: Place;
  readonly #instruction: Copying;
  readonly #source: CopySource;
  readonly #destination: Destination;
  #selection: Promise<Selection> | undefined;

  constructor(place: Place, instruction: Copying, source: CopySource) {
    this.#place = place;
    this.#instruction = instruction;
    this.#source = source;
    this.#destination = parseDestination(instruction.destination, place.state.config.WorkingDir);
    this.text = historyText(instruction);
    const { key } = source;
    this.quickKey = key && keyOf({ ...this.#shape(), sources: instruction.sources, exclude: instruction.exclude, from: key }); // prettier-ignore
  }

  #select(): Promise<Selection> {
    this.#selection ??= this.#selected();
    return this.#selection;
  }

  async #selected(): Promise<Selection> {
    const { keyword, sources, exclude, parents } = this.#instruction;
    const { signal } = this.#place;
    try {
      const tree = await this.#source.tree();
      return await tree.select({ sources, exclude, parents, signal });
    } catch (cause) {
      if (!(cause instanceof BuildError && cause.code === 'SOURCE_NOT_FOUND')) throw cause;
      throw new BuildError(cause.code, `${keyword} failed: ${cause.message}`, { cause });
    }
  }

  /** All that matters of it but what it copies. */
  #shape(): Record<string, string | boolean | string[] | string[][] | undefined> {
    const { chown, chmod, link, parents, heredocs, unpack } = this.#instruction;
    const { path, isDirectory } = this.#destination;
    const { state, world } = this.#place;
    // A layer that is linked in is the same on any other; unless a name of its root decides whose it is.
    const isAlone = link && (chown === undefined || isNumericOwner(chown));
    return {
      type: 'copy',
      parent: isAlone ? undefined : state.filesKey,
      path,
      isDirectory,
      chown,
      chmod,
      link,
      parents,
      unpack,
      heredocs: heredocs.map(({ name, content }) => [name, content]),
      epoch: world.epoch?.toString(),
    };
  }

  async identify(): Promise<Identified> {
    const selection = this.#hasSources() ? await this.#select() : undefined;
    const matches = selection?.matches ?? [];
    const { chown, chmod, heredocs, sources } = this.#instruction;
    const { path, isDirectory } = this.#destination;
    const { world } = this.#place;
    const key = keyOf({
      ...this.#shape(),
      contents: selection?.digest,
      matches: matches.map(({ name, isDirectory }) => [name.toString('latin1'), isDirectory]),
      links: selection && linksOf(selection),
    });
    const inputs = (): Inputs => [
      ...setting('sources', sources.join(' ')),
      ...setting('destination', `${path}${isDirectory ? '/' : ''}`),
      ...setting('--chown', chown),
      ...setting('--chmod', chmod),
      ...heredocs.flatMap(({ name, content }) => setting(`<<${name}`, content)),
      ...setting('SOURCE_DATE_EPOCH', world.epoch?.toString()),
      ...(selection === undefined ? [] : fileInputs(selection)),
    ];
    return { key, inputs };
  }

  #hasSources(): boolean {
    return this.#instruction.sources.length > 0;
  }

  async make(): Promise<CachedLayer | undefined> {
    const { signal } = this.#place;
    using image = await runnableState(this.#place);
    const { chown, link } = this.#instruction;
    const lookUp = link ? lookUpInNothing : lookUpIn(image.layers, signal);
    const owner = chown === undefined ? undefined : await resolveOwner(chown, async () => image.layers); // prettier-ignore
    const destination = await findDestination(this.#destination, lookUp);
    const placed = await this.#placed(destination, owner);
    return await writeRecords(this.#place, layerRecords(placed, lookUp, owner ?? rootOwner));
  }

  async #placed(
    destination: { readonly path: string; readonly isDirectory: boolean },
    owner: { readonly uid: number; readonly gid: number } | undefined,
  ): Promise<PlacedEntry[]> {
    const { parents, chmod, heredocs } = this.#instruction;
    const selection = this.#hasSources() ? await this.#select() : undefined;
    const count = (selection?.matches.length ?? 0) + heredocs.length;
    if (count > 1 && !this.#destination.isDirectory) throw severalSources(this.#instruction);
    const options = {
      destination: destination.path,
      isDirectory: destination.isDirectory,
      parents,
      owner,
      changeMode: chmod === undefined ? undefined : parseChangeMode(chmod),
    };
    return [
      ...heredocEntries(heredocs, options),
      ...(selection === undefined ? [] : await this.#placeSelection(selection, options)),
    ];
  }

  // An archive's files go below the destination.
  async #placeSelection(selection: Selection, options: PlacingOptions): Promise<PlacedEntry[]> {
    const placed: PlacedEntry[] = [];
    for (const match of selection.matches) {
      const unpacked = this.#instruction.unpack ? await this.#unpack(selection, match) : undefined;
      placed.push(...placeMatches(unpacked ?? selection, unpacked?.matches ?? [match], options));
    }
    return placed;
  }

  async #unpack(selection: Selection, match: Match): Promise<Selection | undefined> {
    const [file] = match.entries;
    if (match.isDirectory || file?.entry.type !== 'file') return undefined;
    const { world, signal } = this.#place;
    const tree = await openArchiveOf(selection, file, { cacheDirectory: cacheDirectory(world), signal }); // prettier-ignore
    if (tree === undefined) return undefined;
    world.keep(tree);
    return await tree.select({ sources: ['/'], signal });
  }
}

// In docker's words.
function severalSources({ keyword }: Copying): BuildError {
  return new BuildError(
    'DESTINATION_INVALID',
    `When using ${keyword} with more than one source file, the destination must be a directory and end with a /`,
  );
}

/** COPY, and ADD of what is at hand: a layer of files of the context, of a stage or of an image. Throws STAGE_NOT_FOUND, CONTEXT_INVALID. */
export function planCopy(place: Place, instruction: Copying, source: CopySource): LayerStep {
  return new Copy(place, instruction, source);
}
