import { mountOperations, rootOperations } from './common.ts';
import type { Mode, OperationsOf, OperationTable } from './fields.ts';
import { launchOperations } from './launch.ts';
import { treeOperations } from './tree.ts';
import { walkOperations } from './walk.ts';

type Operations = typeof rootOperations &
  typeof mountOperations &
  typeof treeOperations &
  typeof walkOperations &
  typeof launchOperations;

const tables: readonly { modes: readonly Mode[]; table: OperationTable }[] = [
  { modes: ['tree', 'walk', 'launch'], table: rootOperations },
  { modes: ['walk', 'launch'], table: mountOperations },
  { modes: ['tree'], table: treeOperations },
  { modes: ['walk'], table: walkOperations },
  { modes: ['launch'], table: launchOperations },
];

/** The one table of operations: TypeScript encodes by it, and the helper's dispatch is generated from it. */
export const operations: Operations = {
  ...rootOperations,
  ...mountOperations,
  ...treeOperations,
  ...walkOperations,
  ...launchOperations,
};

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
