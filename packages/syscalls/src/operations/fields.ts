/** How one field of an operation is written into a record: see docs/plan-protocol.md. */
export type FieldType = 'u32' | 'u64' | 'i64' | 'str' | 'bytes' | 'strs' | 'u32s' | 'blobs';

/** A path or name: a string is written as UTF-8, bytes are written as they are. Neither may hold a NUL. */
export type Text = string | Uint8Array;

interface FieldValues {
  u32: number;
  u64: bigint;
  i64: number | bigint;
  str: Text;
  bytes: Uint8Array;
  strs: readonly Text[];
  u32s: readonly number[];
  blobs: readonly Uint8Array[];
}

/** The helper's modes: each knows only its own operations, so that a plan for files cannot start a program. */
export type Mode = 'tree' | 'walk' | 'launch' | 'enter' | 'supervise' | 'attach';

/** An operation's name and its fields, in the order in which they are written. */
export type OperationTable = Record<string, Record<string, FieldType>>;

/** The typed operations of a table: `{ op: 'hostname', name: 'web' }`. */
export type OperationsOf<Table extends OperationTable> = {
  [Name in keyof Table]: { readonly op: Name } & {
    readonly [Field in keyof Table[Name]]: FieldValues[Table[Name][Field]];
  };
}[keyof Table];
