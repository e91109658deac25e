import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { startServe } from './support/registries.ts';
import { testRegistry } from './support/registry-tests.ts';

if (needs('command:skopeo')) {
  testRegistry('image-store serve', startServe);
  test.run();
}
