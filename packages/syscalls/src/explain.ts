import type { Operation } from './operations/index.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

const encoded = (bytes: Uint8Array): { base64: string } => ({
  base64: Buffer.from(bytes).toString('base64'),
});

function readable(bytes: Uint8Array): string | { base64: string } {
  try {
    return utf8.decode(bytes);
  } catch {
    return encoded(bytes);
  }
}

function readableField(field: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return readableValue(value);
  // The contents of files are not for reading along; programs are never text, even where their bytes could be.
  if (field === 'content') return value.length;
  return field === 'program' ? encoded(value) : readable(value);
}

function readableValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return readable(value);
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  return Array.isArray(value) ? value.map(readableValue) : value;
}

/** One operation as a line of JSON, as `--explain` prints plans; bytes that are not UTF-8 as base64. */
export function explain(operation: Operation): string {
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(operation).map(([field, value]) => [field, readableField(field, value)]),
    ),
  );
}
