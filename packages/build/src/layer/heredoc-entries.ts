import { newEntry } from '@ctrkit/rootfs';
import type { WalkData } from '@ctrkit/syscalls';
import type { Heredoc } from '../dockerfile/instruction.ts';
import { joinPath } from './placed-entry.ts';
import type { PlacedEntry } from './placed-entry.ts';
import type { PlacingOptions } from './place-matches.ts';

const MODE = 0o644;

/** Files whose contents stand in the Dockerfile. They are of no time: the same Dockerfile is the same layer. */
export function heredocEntries(
  heredocs: readonly Heredoc[],
  { destination, isDirectory, owner, changeMode }: PlacingOptions,
): PlacedEntry[] {
  return heredocs.map(({ name, content }): PlacedEntry => {
    const bytes = Buffer.from(content);
    const file = Buffer.from(name).toString('latin1');
    const path = isDirectory ? joinPath(destination, file) : destination;
    const mode = changeMode?.({ mode: MODE, isDirectory: false }) ?? MODE;
    const entry = newEntry({
      path,
      type: 'file',
      mode,
      ...owner,
      size: bytes.length,
      modified: 0n,
    });
    async function* contents(): AsyncGenerator<WalkData> {
      if (bytes.length > 0) yield { kind: 'data', offset: 0, content: bytes };
    }
    return { path, entry, contents, yields: false };
  });
}
