import { createRequire } from 'node:module';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lazily } from '../src/start/lazy-modules.ts';

test('a module that is copied name by name has all of them', () => {
  const require = createRequire(import.meta.url);
  const real = require('node:stream') as Record<string, unknown>;
  const copy: Record<string, unknown> = { ...(lazily(require)('node:stream') as object) };
  assert.equal(Object.keys(copy), Object.keys(real));
  assert.is(copy['Readable'], real['Readable']);
});

test.run();
