import type { FieldType, Text } from './operations/fields.ts';
import { operationCodes, operations } from './operations/index.ts';
import type { Operation } from './operations/index.ts';
import { SyscallsError } from './syscalls-error.ts';

type Write = (value: never, into: Buffer, at: number) => number;
interface Codec {
  size: (value: never) => number;
  write: Write;
}

const byteLength = (text: Text): number =>
  typeof text === 'string' ? Buffer.byteLength(text) : text.length;

function writeText(text: Text, into: Buffer, at: number): number {
  const length = byteLength(text);
  into.writeUInt32LE(length, at);
  if (typeof text === 'string') into.write(text, at + 4);
  else into.set(text, at + 4);
  into[at + 4 + length] = 0;
  return at + 5 + length;
}

function checkedSize(text: Text): number {
  if (typeof text === 'string' ? text.includes('\0') : text.includes(0)) {
    throw new RangeError('a NUL in a text');
  }
  return 5 + byteLength(text);
}

// Buffer would write what is absent as 0, which as an id is root.
function wholeSize(value: number): number {
  if (!Number.isInteger(value)) throw new RangeError('not a whole number');
  return 4;
}

const codecs: Record<FieldType, Codec> = {
  u32: { size: wholeSize, write: (value: number, into, at) => into.writeUInt32LE(value, at) },
  u64: { size: () => 8, write: (value: bigint, into, at) => into.writeBigUInt64LE(value, at) },
  i64: {
    size: () => 8,
    write: (value: number | bigint, into, at) => into.writeBigInt64LE(BigInt(value), at),
  },
  str: { size: checkedSize, write: writeText },
  bytes: { size: (value: Uint8Array) => 5 + value.length, write: writeText },
  strs: {
    size: (values: readonly Text[]) => values.reduce((sum, text) => sum + checkedSize(text), 4),
    write: (values: readonly Text[], into, at) =>
      values.reduce(
        (end, text) => writeText(text, into, end),
        into.writeUInt32LE(values.length, at),
      ),
  },
  u32s: {
    size: (values: readonly number[]) => 4 + 4 * values.length,
    write: (values: readonly number[], into, at) =>
      values.reduce(
        (end, value) => into.writeUInt32LE(value, end),
        into.writeUInt32LE(values.length, at),
      ),
  },
  blobs: {
    size: (values: readonly Uint8Array[]) => values.reduce((sum, blob) => sum + 5 + blob.length, 4),
    write: (values: readonly Uint8Array[], into, at) =>
      values.reduce(
        (end, blob) => writeText(blob, into, end),
        into.writeUInt32LE(values.length, at),
      ),
  },
};

interface Layout {
  code: number;
  fields: readonly (readonly [string, Codec])[];
}

const layouts = new Map<string, Layout>(
  Object.entries(operations).map(([name, fields]) => [
    name,
    {
      code: operationCodes.get(name) ?? 0,
      fields: Object.entries<FieldType>(fields).map(
        ([field, type]) => [field, codecs[type]] as const,
      ),
    },
  ]),
);

/** Encodes operations as the records that the helper reads (docs/plan-protocol.md). Throws PLAN_INVALID. */
export function encodePlan(plan: readonly Operation[]): Buffer {
  return Buffer.concat(plan.map(encodeOperation));
}

/** Encodes one operation as one record. Throws PLAN_INVALID, naming the field but not its value: it may be a secret. */
export function encodeOperation(operation: Operation): Buffer {
  const layout = layouts.get(operation.op);
  if (layout === undefined) throw new SyscallsError('PLAN_INVALID', `no operation ${operation.op}`);
  const values = operation as unknown as Record<string, never>;
  let current = '';
  try {
    let size = 6;
    for (const [field, codec] of layout.fields) {
      current = field;
      size += codec.size(values[field] as never);
    }
    const record = Buffer.allocUnsafe(size);
    record.writeUInt32LE(size - 4, 0);
    let at = record.writeUInt16LE(layout.code, 4);
    for (const [field, codec] of layout.fields) {
      current = field;
      at = codec.write(values[field] as never, record, at);
    }
    return record;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SyscallsError('PLAN_INVALID', `${operation.op}: ${current}: ${why}`, { cause });
  }
}

const COPIED = 4096;

/**
 * Encodes an operation whose last field is `content` as parts that follow each other: contents beyond some
 * 4 KiB are passed on as they are, not copied. Throws PLAN_INVALID.
 */
export function encodeContent(
  operation: Extract<Operation, { readonly op: 'make-file' | 'data' }>,
): Uint8Array[] {
  const { content } = operation;
  if (content.length <= COPIED) return [encodeOperation(operation)];
  const head = encodeOperation({ ...operation, content: empty });
  head.writeUInt32LE(head.length - 4 + content.length, 0);
  head.writeUInt32LE(content.length, head.length - 5);
  return [head.subarray(0, -1), content, end];
}

const empty = new Uint8Array(0);
const end = new Uint8Array(1);
