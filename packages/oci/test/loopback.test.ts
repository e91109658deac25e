import { isLoopbackRegistry } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

for (const registry of [
  'localhost',
  'localhost:5000',
  'LOCALHOST:5000',
  '127.0.0.1',
  '127.0.0.1:5000',
  '127.255.1.2:80',
  '::1',
  '[::1]',
  '[::1]:5000',
]) {
  test(`on this machine: ${registry}`, () => {
    assert.is(isLoopbackRegistry(registry), true);
  });
}

for (const registry of [
  '',
  'docker.io',
  'localhost.example.com',
  'localhost.',
  'xlocalhost:5000',
  'localhost:5000:1',
  'localhost:x',
  '127.0.0.1.example.com',
  '127.0.0.256',
  '127.1',
  '128.0.0.1',
  '0.0.0.0:5000',
  '10.127.0.0.1',
  '[::2]:5000',
  '[::1].example.com',
  '[localhost',
]) {
  test(`elsewhere: ${registry}`, () => {
    assert.is(isLoopbackRegistry(registry), false);
  });
}

test.run();
