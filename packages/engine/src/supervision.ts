import { basename } from 'node:path';
import { temporaryName } from '@ctrkit/durable';
import type { Supervision } from '@ctrkit/ns-exec';
import { choosePrivilege } from '@ctrkit/rootfs';
import type { Operation } from '@ctrkit/syscalls';
import type { ContainerRecord } from './container-record.ts';
import { containerDirectory, runDirectory, trashDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { exitPaths } from './exit-record.ts';
import { runRestingPlace } from './run-record.ts';

/** What of a container its supervisor needs to know. */
export type Supervised = Pick<
  ContainerRecord,
  'id' | 'name' | 'ownIds' | 'autoRemove' | 'terminal' | 'input'
>;

const MEBIBYTE = 1024 * 1024;
/** As much of the output is kept: five files of 10 MiB. */
export const keptOutput: { readonly size: number; readonly files: number } = {
  size: 10 * MEBIBYTE,
  files: 5,
};

/** Its run is given back: whoever sees that sees its end recorded, or the container gone. */
function giveBack(engine: Engine, id: string): { atEnd: Operation[]; afterwards: Operation[] } {
  const resting = `trash/${basename(runRestingPlace(engine, id))}`;
  const root: Operation = { op: 'root', path: engine.run };
  return {
    atEnd: [root, { op: 'rename', from: `containers/${id}`, to: resting }],
    afterwards: [root, { op: 'remove', path: resting }],
  };
}

/** A container that is to be removed at its end: out of sight as one step, with its name; then its files. */
function removal(
  engine: Engine,
  { id, name, ownIds }: Supervised,
): { atEnd: Operation[]; afterwards: Operation[] } {
  const resting = `trash/${basename(temporaryName(`${trashDirectory(engine)}/${id}`))}`;
  const root: Operation = { op: 'root', path: engine.root };
  const { before, owners } = choosePrivilege();
  return {
    atEnd: [
      root,
      { op: 'rename', from: `containers/${id}`, to: resting },
      { op: 'remove', path: `names/${name}` },
      ...(ownIds === undefined
        ? []
        : [{ op: 'remove', path: `ids/${ownIds.first}` } satisfies Operation]),
    ],
    // What belongs to subordinate ids only their own root may remove.
    afterwards: [
      ...(typeof owners === 'string' ? [] : before),
      root,
      { op: 'remove', path: resting },
    ],
  };
}

/** How a container is looked after: its log, who may attach, and what is done at its end, without any of us. */
export function supervisionOf(engine: Engine, container: Supervised): Supervision {
  const { id, autoRemove, terminal, input } = container;
  const back = giveBack(engine, id);
  const removed = autoRemove ? removal(engine, container) : { atEnd: [], afterwards: [] };
  const recorded: Operation[] = autoRemove
    ? []
    : [{ op: 'record-exit', paths: exitPaths(engine, id) }];
  return {
    streams: terminal ? 'terminal' : 'pipes',
    input,
    log: { directory: containerDirectory(engine, id), ...keptOutput },
    listen: runDirectory(engine, id),
    atEnd: [...recorded, ...removed.atEnd, ...back.atEnd],
    afterwards: [...back.afterwards, ...removed.afterwards],
  };
}
