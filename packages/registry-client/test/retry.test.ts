import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { retrying } from '../src/http/retry.ts';
import { RegistryError } from '../src/index.ts';
import { expectCode } from './support/expect-code.ts';

const policy = { attempts: 4, firstDelayMs: 1, longestDelayMs: 1000 };

function failing(times: number, fields: { transient?: boolean; retryAfterMs?: number }) {
  const calls: number[] = [];
  const attempt = async () => {
    calls.push(performance.now());
    if (calls.length <= times) throw new RegistryError('REGISTRY_ERROR', 'no', fields);
    return 'done';
  };
  return { calls, attempt };
}

test('what passes is tried again', async () => {
  const { calls, attempt } = failing(3, { transient: true });
  assert.is(await retrying(policy, undefined, attempt), 'done');
  assert.is(calls.length, 4);
});

test('but not for ever', async () => {
  const { calls, attempt } = failing(9, { transient: true });
  await expectCode(retrying(policy, undefined, attempt), 'REGISTRY_ERROR');
  assert.is(calls.length, 4);
});

test('what lasts is not', async () => {
  const { calls, attempt } = failing(1, {});
  await expectCode(retrying(policy, undefined, attempt), 'REGISTRY_ERROR');
  assert.is(calls.length, 1);
});

test('Retry-After is waited for', async () => {
  const { calls, attempt } = failing(1, { transient: true, retryAfterMs: 120 });
  await retrying(policy, undefined, attempt);
  const waited = (calls[1] ?? 0) - (calls[0] ?? 0);
  assert.ok(waited >= 110, `${waited} ms`);
});

test('a Retry-After beyond our patience ends it at once', async () => {
  const { calls, attempt } = failing(1, { transient: true, retryAfterMs: 86_400_000 });
  await expectCode(retrying(policy, undefined, attempt), 'REGISTRY_ERROR');
  assert.is(calls.length, 1);
});

test('the signal ends the waiting with its reason', async () => {
  const controller = new AbortController();
  const { attempt } = failing(9, { transient: true, retryAfterMs: 900 });
  const reason = Object.assign(new Error('enough'), { code: 'ENOUGH' });
  setTimeout(() => controller.abort(reason), 20);
  const before = performance.now();
  await expectCode(retrying(policy, controller.signal, attempt), 'ENOUGH');
  assert.ok(performance.now() - before < 500);
});

test.run();
