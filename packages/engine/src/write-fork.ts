import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitDirectory, temporaryName } from '@ctrkit/durable';
import { removeTree } from '@ctrkit/rootfs';
import type { ContainerIds, RuntimeSpec } from '@ctrkit/oci';
import { writeContainerRecord } from './container-record.ts';
import type { ContainerRecord } from './container-record.ts';
import type { CreateOptions } from './create.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { explained } from './explained.ts';
import { forkedEntrypoint, forkedSpec } from './forked-spec.ts';
import type { Identity } from './identity.ts';
import { writeNetworkFiles } from './network-files.ts';
import { idsOfContainer } from './own-ids.ts';
import { syncContainer } from './sync-container.ts';

/** What of a fork is otherwise than its container; its name, id and host name always are. */
export interface ForkOptions extends Omit<
  CreateOptions,
  'network' | 'idCount' | 'mounts' | 'volumesFrom' | 'shmSize' | 'readOnlyRoot'
> {
  readonly signal?: AbortSignal | undefined;
}

export type ForkedOptions = Omit<ForkOptions, 'name'> & Identity;

const idsOf = ({ ownIds }: ForkedOptions): ContainerIds | undefined => idsOfContainer(ownIds).ids;

/** Makes the fork: its directory is there whole, or not at all. */
export async function writeFork(
  engine: Engine,
  first: ContainerRecord,
  firstSpec: RuntimeSpec,
  options: ForkedOptions,
  fill: (upper: string) => void | Promise<void>,
): Promise<void> {
  const { id, autoRemove = false, terminal = first.terminal } = options;
  const directory = containerDirectory(engine, id);
  const hostname = options.hostname ?? id.slice(0, 12);
  const directories = [containerDirectory(engine, first.id), directory] as const;
  const choices = {
    ...options,
    hostname,
    terminal,
    volatile: autoRemove,
    directories,
    ids: idsOf(options),
  };
  const spec = forkedSpec(firstSpec, first, choices);
  const temporary = temporaryName(directory);
  try {
    explained(directory, () => {
      for (const part of ['upper', 'work', 'bundle/rootfs']) {
        mkdirSync(join(temporary, part), { recursive: true, mode: 0o700 });
      }
      const isIsolated = spec.linux?.namespaces?.some(({ type }) => type === 'network') ?? false;
      writeNetworkFiles(temporary, isIsolated ? 'none' : 'host', hostname);
      writeFileSync(join(temporary, 'bundle/config.json'), JSON.stringify(spec), { mode: 0o600 });
    });
    await fill(join(temporary, 'upper'));
    if (!autoRemove) await syncContainer(engine, { ...options, directory: temporary });
    await writeContainerRecord(temporary, recordOf(first, firstSpec, spec, options));
    if (autoRemove) explained(directory, () => renameSync(temporary, directory));
    else await commitDirectory(temporary, directory);
  } catch (error) {
    await removeTree(temporary);
    throw error;
  }
}

function recordOf(
  first: ContainerRecord,
  firstSpec: RuntimeSpec,
  spec: RuntimeSpec,
  options: ForkedOptions,
): ContainerRecord {
  const { startedAt: _, ownIds: _theirs, ...inherited } = first;
  const { id, name, ownIds, autoRemove = false, user, terminal, stdin, stopSignal } = options;
  return {
    ...inherited,
    id,
    name,
    ...(ownIds !== undefined && { ownIds }),
    autoRemove,
    created: new Date().toISOString(),
    command: spec.process?.args ?? [],
    entrypoint: forkedEntrypoint(firstSpec, first, options),
    labels: { ...first.labels, ...options.labels },
    user: user ?? first.user,
    terminal: terminal ?? first.terminal,
    input: stdin ?? first.input,
    ...(stopSignal === undefined ? {} : { stopSignal }),
  };
}
