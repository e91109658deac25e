import { containerDirectory } from '../engine.ts';
import type { Engine } from '../engine.ts';
import { findContainer } from '../find.ts';
import { isAbandoned, readRunRecord } from '../run-record.ts';
import type { LogEntry } from './log-entry.ts';
import { readLog } from './read-log.ts';
import type { LogSelection } from './read-log.ts';

export interface ContainerLogOptions extends LogSelection {
  /** Goes on until the container ends. Default false. */
  readonly follow?: boolean | undefined;
}

// Its supervisor gives the run back when everything is written.
function hasEnded(engine: Engine, id: string): boolean {
  const run = readRunRecord(engine, id);
  return run === undefined || isAbandoned(run);
}

/**
 * The log of a container: what its program wrote to stdout and stderr, line by line as an async iterator. That of a
 * container which was never started is empty. With `follow` it ends when the container does, or is removed.
 *
 * Throws CONTAINER_NOT_FOUND and CONTAINER_AMBIGUOUS at once; while it is read the reason of `signal`, LOG_INVALID,
 * DurableError.
 */
export function containerLog(
  engine: Engine,
  nameOrId: string,
  { follow = false, ...selection }: ContainerLogOptions = {},
): AsyncGenerator<LogEntry, void, undefined> {
  const { id } = findContainer(engine, nameOrId);
  return readLog(containerDirectory(engine, id), {
    ...selection,
    follow: follow ? { ended: () => hasEnded(engine, id) } : undefined,
  });
}
