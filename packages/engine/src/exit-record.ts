import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFileAtomic } from '@ctrkit/durable';
import { containerDirectory, endedDirectory } from './engine.ts';
import type { Engine } from './engine.ts';

/** How a container's last run ended: exit.json, written by its supervisor, or by whoever could not start it. */
export interface ExitRecord {
  /** The program's exit code, 128 + n after signal n; 125, 126 or 127 where it never started. */
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** RFC 3339; absent where the program never started. */
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** Why it never started. */
  readonly error?: string;
}

/** Where an end is recorded: the first that takes it, for a disk may be full. */
export function exitPaths(engine: Engine, id: string): [kept: string, volatile: string] {
  return [`${containerDirectory(engine, id)}/exit.json`, `${engine.run}/ended/${id}.json`];
}

function readFrom(path: string): ExitRecord | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const record = JSON.parse(readFileSync(path, 'utf8')) as Partial<ExitRecord> | null;
    return typeof record?.exitCode === 'number' ? (record as ExitRecord) : undefined;
  } catch {
    // Gone since, or damaged by a power cut: then nobody knows how it ended.
    return undefined;
  }
}

/** How a container's last run ended; undefined where it did not, or nobody saw it. */
export function readExit(engine: Engine, id: string): ExitRecord | undefined {
  const [, volatile] = exitPaths(engine, id);
  return readKeptExit(engine, id) ?? readFrom(volatile);
}

/** The same, as far as the disk had room for it. */
export function readKeptExit(engine: Engine, id: string): ExitRecord | undefined {
  const [kept] = exitPaths(engine, id);
  return readFrom(kept);
}

/** The ids of containers whose end the disk had no room for. */
export function endsWithoutRoom(engine: Engine): string[] {
  return readdirSync(endedDirectory(engine)).map((name) => name.replace(/\.json$/, ''));
}

/** Records how a container ended. Throws DurableError. */
export async function writeExit(engine: Engine, id: string, exit: ExitRecord): Promise<void> {
  const [kept, volatile] = exitPaths(engine, id);
  await writeFileAtomic(kept, `${JSON.stringify(exit)}\n`);
  rmSync(volatile, { force: true });
}

/** Forgets how a container ended: it is started again. */
export function forgetExit(engine: Engine, id: string): void {
  for (const path of exitPaths(engine, id)) rmSync(path, { force: true });
}
