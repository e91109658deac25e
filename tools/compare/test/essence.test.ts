import { essenceOf } from '../src/essence.ts';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('the essence of an error is its last line without what is new each time', () => {
  const of = (text: string): string => essenceOf(`DEPRECATED: old\n\n${text}\n`);
  assert.is(of('Error response from daemon: no build stage'), 'no build stage');
  assert.is(
    of('error: failed to solve: checksum of ref qh5c::ab12: "/x": not found'),
    'checksum of ref …: "/x": not found',
  );
  assert.is(of('unlinkat /var/lib/x/docker-builder123/a: busy'), 'unlinkat CONTEXT/a: busy');
  assert.is(of('Get "http://127.0.0.1:4321/v2/": refused'), 'Get "http://REGISTRY/v2/": refused');
  assert.is(of('lookup hub.example on 10.0.0.1:53: no such host'), 'lookup hub.example …');
});

test.run();
