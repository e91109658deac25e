import { parseJson } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, errorOf } from './code-of.ts';

const parse = (text: string): unknown => parseJson(Buffer.from(text));
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const fill = (unit: string): string => unit.repeat(Math.floor(4_190_000 / unit.length));

for (const text of [
  '{}',
  ' [ ] ',
  'null',
  '"a \\" , { [ b"',
  '{"a":"a","b":["a","a",{"a":1}],"c":{"a":{"a":2}}}',
  '{"a":"\\\\","b":"{\\"a\\":1,\\"a\\":2}"}',
  '[{"x":1},{"x":2}]',
  '{"a":{},"b":[],"":0}',
  '{"constructor":1,"toString":2,"A":1,"a":2}',
  '{"ä":"😀"}',
]) {
  test(`JSON as JSON.parse reads it: ${text}`, () => {
    assert.equal(parse(text), JSON.parse(text));
  });
}

for (const text of [
  '',
  '{',
  '{"a":1,}',
  '[1 2]',
  "{'a':1}",
  '"',
  '"\\',
  'NaN',
  '{}{}',
  '\u{feff}{}',
  '{"a":1,"a":1}',
  '{"a":1,"b":{"c":1},"a":2}',
  '{"a":1,"\\u0061":2}',
  '[[{"x":[],"x":[]}]]',
  '{"__proto__":{"admin":true}}',
  '{"\\u005f_proto__":1}',
  '{"a":[{"__proto__":null}]}',
]) {
  test(`refused: ${text}`, () => {
    assert.is(
      codeOf(() => parse(text)),
      'JSON_INVALID',
    );
  });
}

test('bytes that are not UTF-8 are refused', () => {
  assert.is(
    codeOf(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22))),
    'JSON_INVALID',
  );
});

test('the size limit counts bytes, and holds to the byte', () => {
  const bytes = Buffer.from('"äää"');
  assert.is(parseJson(bytes, { maxBytes: 8 }), 'äää');
  assert.is(
    codeOf(() => parseJson(bytes, { maxBytes: 7 })),
    'TOO_LARGE',
  );
  assert.is(
    codeOf(() => parseJson(Buffer.alloc(4 * 1024 * 1024 + 1, ' '))),
    'TOO_LARGE',
  );
});

test('the depth limit holds to the level', () => {
  assert.ok(parse(nested(64)));
  assert.is(
    codeOf(() => parse(nested(65))),
    'TOO_DEEP',
  );
  assert.is(
    codeOf(() => parseJson(Buffer.from('{"a":{}}'), { maxDepth: 1 })),
    'TOO_DEEP',
  );
  assert.is(
    codeOf(() => parse('{"a":'.repeat(100_000))),
    'TOO_DEEP',
  );
});

test('no document of 4 MiB takes long', () => {
  const start = performance.now();
  parse(`[${fill('1,')}1]`);
  parse(`"${fill('\\"')}"`);
  assert.throws(() => parse(fill('[')));
  assert.throws(() => parse(fill('"')));
  assert.throws(() => parse(`"${fill('\\')}`));
  assert.ok(performance.now() - start < 5000, `${performance.now() - start} ms`);
});

test('a hostile key does not reach the terminal as it is', () => {
  const key = `\\u001b[2J\u{202e}${'k'.repeat(10_000)}`;
  const { message } = errorOf(() => parse(`{"${key}":1,"${key}":2}`));
  assert.ok(message.length < 200);
  assert.not.ok(/[\p{Cc}\p{Cf}]/u.test(message));
});

test.run();
