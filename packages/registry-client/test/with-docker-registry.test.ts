import { needs, startDebianRegistry } from '@ctrkit/testing';
import { test } from 'uvu';
import { testRegistry } from './support/registry-tests.ts';

if (needs('command:docker-registry', 'command:skopeo')) {
  testRegistry('docker-registry', () => startDebianRegistry());
  test.run();
}
