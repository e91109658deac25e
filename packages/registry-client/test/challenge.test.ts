import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseChallenges } from '../src/auth/challenge.ts';

const plain = (header: string | undefined) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, { ...parameters }]);

test('docker hub asks for a bearer token', () => {
  const header =
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/busybox:pull"';
  assert.equal(plain(header), [
    [
      'bearer',
      {
        realm: 'https://auth.docker.io/token',
        service: 'registry.docker.io',
        scope: 'repository:library/busybox:pull',
      },
    ],
  ]);
});

test('two challenges in one header, and case does not matter', () => {
  assert.equal(plain('BASIC Realm="a, b", bearer realm=x , error="invalid_token"'), [
    ['basic', { realm: 'a, b' }],
    ['bearer', { realm: 'x', error: 'invalid_token' }],
  ]);
});

test('quoted pairs are undone; commas within quotes do not part', () => {
  assert.equal(plain('Bearer scope="a:b:pull,push", realm="q\\"q"'), [
    ['bearer', { scope: 'a:b:pull,push', realm: 'q"q' }],
  ]);
});

test('a scheme alone, none, and nonsense', () => {
  assert.equal(plain('Negotiate'), [['negotiate', {}]]);
  assert.equal(plain(undefined), []);
  assert.equal(plain(''), []);
  assert.equal(plain('realm="x"'), []);
  assert.equal(plain('Basic realm="unclosed'), [['basic', {}]]);
});

test('the first of two equal parameters counts, and __proto__ is only a name', () => {
  assert.equal(plain('Bearer realm="a", realm="b"'), [['bearer', { realm: 'a' }]]);
  const [challenge] = parseChallenges('Bearer __proto__="x", realm="a"');
  assert.is(challenge?.parameters['realm'], 'a');
  assert.is(({} as Record<string, unknown>)['x'], undefined);
});

test('a header without end is read in no time', () => {
  const before = performance.now();
  parseChallenges(`Bearer ${'a="'.repeat(200_000)}`);
  parseChallenges(`Bearer realm="${'\\'.repeat(500_000)}`);
  parseChallenges(' '.repeat(500_000));
  assert.ok(performance.now() - before < 500);
});

test.run();
