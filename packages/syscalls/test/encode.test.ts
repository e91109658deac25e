import {
  SyscallsError,
  encodeContent,
  encodeOperation,
  encodePlan,
  operations,
} from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const u16 = (value: number): string => Buffer.from(new Uint16Array([value]).buffer).toString('hex');
const u32 = (value: number): string => Buffer.from(new Uint32Array([value]).buffer).toString('hex');
const text = (value: string): string =>
  `${u32(Buffer.byteLength(value))}${Buffer.from(value).toString('hex')}00`;
const codeOf = (name: string): number => Object.keys(operations).indexOf(name);

/** A record as docs/plan-protocol.md draws it: u32 length of what follows, u16 number, the fields. */
const record = (name: string, ...fields: readonly string[]): string => {
  const body = u16(codeOf(name)) + fields.join('');
  return u32(body.length / 2) + body;
};

const encoded = (operation: Operation): string => encodeOperation(operation).toString('hex');

function refusal(operation: unknown): string {
  try {
    encodeOperation(operation as Operation);
    return 'accepted';
  } catch (error) {
    return error instanceof SyscallsError ? error.code : String(error);
  }
}

test('an operation without fields is its number', () => {
  assert.is(encoded({ op: 'pivot' }), `02000000${u16(codeOf('pivot'))}`);
});

test('numbers are little-endian', () => {
  assert.is(encoded({ op: 'unshare', flags: 0x12345678 }), record('unshare', '78563412'));
  assert.is(encoded({ op: 'unshare', flags: 0xffffffff }), record('unshare', 'ffffffff'));
  const set = 0x0102030405060708n;
  assert.is(encoded({ op: 'bounding-set', set }), record('bounding-set', '0807060504030201'));
});

test('times before 1970 are negative; a number and a bigint are written alike', () => {
  const fields = [text('d'), 'feffffffffffffff', u32(5)];
  for (const seconds of [-2, -2n]) {
    const operation: Operation = { op: 'directory-times', path: 'd', seconds, nanoseconds: 5 };
    assert.is(encoded(operation), record('directory-times', ...fields));
  }
});

test('a text is its length in bytes, its bytes and a NUL that is not counted', () => {
  assert.is(encoded({ op: 'hostname', name: '' }), record('hostname', '0000000000'));
  assert.is(encoded({ op: 'hostname', name: 'web' }), record('hostname', '0300000077656200'));
  assert.is(encoded({ op: 'hostname', name: 'é' }), record('hostname', '02000000c3a900'));
});

test('a name that is no UTF-8 is written as it is', () => {
  const path = Buffer.from('61ff62', 'hex');
  assert.is(encoded({ op: 'remove', path }), record('remove', '0300000061ff6200'));
});

test('bytes may hold NULs', () => {
  const program = Buffer.from('0001', 'hex');
  const expected = record('device-program', '02000000000100', text('/x'));
  assert.is(encoded({ op: 'device-program', program, directory: '/x' }), expected);
});

test('lists are a count and their items', () => {
  const operation: Operation = { op: 'execute', candidates: ['/a', '/bb'], argv: [], env: ['X='] };
  const fields = [u32(2), text('/a'), text('/bb'), u32(0), u32(1), text('X=')];
  assert.is(encoded(operation), record('execute', ...fields));
  const groups = record('groups', u32(2), u32(5), u32(65_536));
  assert.is(encoded({ op: 'groups', gids: [5, 65_536] }), groups);
  assert.is(encoded({ op: 'groups', gids: [] }), record('groups', u32(0)));
});

test('a list of attributes keeps every byte of the values', () => {
  const xattrs = [Buffer.from('user.a'), Buffer.from('x\0y')];
  const made = { op: 'make-directory', path: 'd', mode: 0o755, uid: 1, gid: 2, xattrs } as const;
  const list = [u32(2), text('user.a'), '0300000078007900'];
  const fields = [text('d'), u32(0o755), u32(1), u32(2), ...list];
  assert.is(encoded(made), record('make-directory', ...fields));
});

test('a plan is its records, one after the other', () => {
  const plan: Operation[] = [{ op: 'pivot' }, { op: 'umask', mask: 0o22 }, { op: 'session' }];
  assert.is(encodePlan(plan).toString('hex'), plan.map(encoded).join(''));
  assert.is(encodePlan([]).length, 0);
});

test('every operation of the table has its own number', () => {
  const numbers = Object.keys(operations).map(codeOf);
  assert.equal(
    numbers,
    Array.from({ length: numbers.length }, (_, index) => index),
  );
});

test('a NUL in a path, a name or a variable would cut it short: refused', () => {
  assert.is(refusal({ op: 'root', path: '/a\0b' }), 'PLAN_INVALID');
  assert.is(refusal({ op: 'root', path: Buffer.from('/a\0b') }), 'PLAN_INVALID');
  const execute = { op: 'execute', candidates: ['/a'], argv: ['a'], env: ['A=1\0B=2'] };
  assert.is(refusal(execute), 'PLAN_INVALID');
});

test('a refused variable is not repeated in the message: it may be a secret', () => {
  const env = ['PASSWORD=hunter2\0'];
  assert.throws(
    () => encodeOperation({ op: 'execute', candidates: [], argv: [], env }),
    (error: Error) => !error.message.includes('hunter2') && error.message.includes('execute'),
  );
});

test('values that their field cannot hold are refused', () => {
  assert.is(refusal({ op: 'umask', mask: -1 }), 'PLAN_INVALID');
  assert.is(refusal({ op: 'umask', mask: 2 ** 32 }), 'PLAN_INVALID');
  assert.is(refusal({ op: 'umask' }), 'PLAN_INVALID');
  assert.is(refusal({ op: 'bounding-set', set: -1n }), 'PLAN_INVALID');
  assert.is(refusal({ op: 'groups', gids: [1.5e10] }), 'PLAN_INVALID');
  assert.is(refusal({ op: 'no-such-operation' }), 'PLAN_INVALID');
});

test('contents of any size are passed on in parts that make the same record', () => {
  for (const size of [0, 1, 4096, 4097, 1_000_000]) {
    const operation = { op: 'data', content: Buffer.alloc(size, 'x') } as const;
    const parts = encodeContent(operation);
    assert.ok(Buffer.concat(parts).equals(encodeOperation(operation)), String(size));
    // Large contents are the caller's own bytes, not a copy.
    assert.is(parts.includes(operation.content), size > 4096);
  }
});

test.run();
