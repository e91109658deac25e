import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMirror, RegistryError } from '../src/index.ts';
import { createEndpoints } from '../src/endpoints.ts';
import type { Session } from '../src/session.ts';

const session: Session = {
  context: undefined as never,
  retryPolicy: undefined as never,
  send: () => Promise.reject(new Error('nobody is asked')),
};
const reference = { registry: 'r.test', repository: 'a/b' };

test('a mirror that cannot be reached is left out for a minute, and then asked again', () => {
  let time = 1000;
  const mirrors = [parseMirror('one.test'), parseMirror('two.test')];
  const sessions = { of: () => session, ofMirror: () => session };
  const endpoints = createEndpoints(
    () => mirrors,
    sessions,
    () => time,
  );
  const names = () => endpoints.of(reference).map(({ mirror }) => mirror?.name);
  assert.equal(names(), ['one.test', 'two.test', undefined]);
  const [one] = endpoints.of(reference);
  if (one === undefined) throw new Error('no endpoint');
  endpoints.note(one, new RegistryError('MANIFEST_UNKNOWN', 'no such manifest'));
  assert.equal(names(), ['one.test', 'two.test', undefined]);
  endpoints.note(one, new RegistryError('REGISTRY_UNREACHABLE', 'stalled', { transient: true }));
  assert.equal(names(), ['two.test', undefined]);
  time += 59_999;
  assert.equal(names(), ['two.test', undefined]);
  time += 1;
  assert.equal(names(), ['one.test', 'two.test', undefined]);
});

test.run();
