import {
  identityOperations,
  insideOperations,
  mountOperations,
  removeOperations,
  rootOperations,
} from './common.ts';
import { enterOperations } from './enter.ts';
import type { Mode, OperationsOf, OperationTable } from './fields.ts';
import { launchOperations } from './launch.ts';
import { processOperations } from './process.ts';
import { attachOperations, superviseOperations } from './supervise.ts';
import { treeOperations } from './tree.ts';
import { walkOperations } from './walk.ts';

type Operations = typeof rootOperations &
  typeof identityOperations &
  typeof mountOperations &
  typeof insideOperations &
  typeof removeOperations &
  typeof treeOperations &
  typeof walkOperations &
  typeof launchOperations &
  typeof processOperations &
  typeof enterOperations &
  typeof superviseOperations &
  typeof attachOperations;

const tables: readonly { modes: readonly Mode[]; table: OperationTable }[] = [
  { modes: ['tree', 'walk', 'launch', 'supervise'], table: rootOperations },
  { modes: ['tree', 'walk', 'launch', 'enter', 'supervise'], table: identityOperations },
  { modes: ['tree', 'walk', 'launch'], table: mountOperations },
  { modes: ['tree', 'walk', 'launch'], table: insideOperations },
  { modes: ['tree', 'supervise'], table: removeOperations },
  { modes: ['tree'], table: treeOperations },
  { modes: ['walk'], table: walkOperations },
  { modes: ['launch'], table: launchOperations },
  { modes: ['launch', 'enter'], table: processOperations },
  { modes: ['tree', 'walk', 'enter'], table: enterOperations },
  { modes: ['supervise'], table: superviseOperations },
  { modes: ['attach'], table: attachOperations },
];

/** The one table of operations: TypeScript encodes by it, and the helper's dispatch is generated from it. */
export const operations: Operations = Object.assign(
  {},
  ...tables.map(({ table }) => table),
) as Operations;

export type OperationName = keyof Operations;
export type Operation = OperationsOf<Operations>;

/** The modes that know an operation. */
export function modesOf(name: string): readonly Mode[] {
  return tables.find(({ table }) => name in table)?.modes ?? [];
}

/** The operation's number in a record: its place in the table. */
export const operationCodes: ReadonlyMap<string, number> = new Map(
  Object.keys(operations).map((name, code) => [name, code]),
);
