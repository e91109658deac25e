import { readFileSync, statSync } from 'node:fs';
import { writeFileAtomic } from '@ctrkit/durable';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import type { MountPoint } from './container-mount.ts';
import type { OwnIds } from './own-ids.ts';

/** A container as it is kept: containers/<id>/container.json. Written by whoever has its run. */
export interface ContainerRecord {
  /** 64 hex digits. */
  readonly id: string;
  readonly name: string;
  /** RFC 3339. */
  readonly created: string;
  /** The image as the user named it. */
  readonly image: string;
  /** The digest of the image's configuration. */
  readonly imageId: string;
  readonly command: readonly string[];
  /** How `command` begins: the image's entrypoint or the user's. Containers of earlier versions do not say. */
  readonly entrypoint?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly autoRemove: boolean;
  /** `user[:group]`, looked up in the container's root at each start. */
  readonly user: string;
  /** Ids of the host that are its own; none: it has the host's, or those of the normal user whose it is. */
  readonly ownIds?: OwnIds | undefined;
  /** A power cut may take it: it goes with the first sweep after the next boot. */
  readonly volatile?: boolean;
  /** Its streams are a terminal. */
  readonly terminal: boolean;
  /** Its stdin: none, one that ends with its first client's, or one that stays open. */
  readonly input: 'none' | 'once' | 'open';
  /** What asks it to end, by the image or the user: a name or a number. */
  readonly stopSignal?: string;
  /** What is mounted in it beside what every container has. */
  readonly mounts?: readonly MountPoint[];
  /** When its program last started, RFC 3339: whoever has no end and does not run was cut off. */
  readonly startedAt?: string;
}

const recordPath = (directory: string): string => `${directory}/container.json`;

/** Reads a container's record; undefined where there is no whole one: the container is not there, or not yet. */
export function readContainerRecord(engine: Engine, id: string): ContainerRecord | undefined {
  try {
    const text = readFileSync(recordPath(containerDirectory(engine, id)), 'utf8');
    const record = JSON.parse(text) as ContainerRecord | null;
    return record?.id === id ? record : undefined;
  } catch {
    // Absent, or damaged: to every command it does not exist.
    return undefined;
  }
}

/** Whether all of a container's record was lost in a power cut, as only one that was not synced can be. */
export function isRecordLost(engine: Engine, id: string): boolean {
  return (
    statSync(recordPath(containerDirectory(engine, id)), { throwIfNoEntry: false })?.size === 0
  );
}

/** Writes a container's record into its directory, whole or not at all; on disk unless it goes with its run, or a power cut may take it. */
export async function writeContainerRecord(
  directory: string,
  record: ContainerRecord,
): Promise<void> {
  await writeFileAtomic(recordPath(directory), `${JSON.stringify(record)}\n`, {
    sync: !record.autoRemove && record.volatile !== true,
  });
}
