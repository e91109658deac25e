import {
  archName,
  formatPlatform,
  hostPlatform,
  normalizePlatform,
  parsePlatform,
} from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf } from './code-of.ts';

test("Node's names of architectures become Go's", () => {
  const names = ['x64', 'ia32', 'arm64', 'arm', 'ppc64', 's390x', 'riscv64', 'loong64'];
  assert.is(names.map(archName).join(' '), 'amd64 386 arm64 arm ppc64le s390x riscv64 loong64');
});

test('this machine runs Linux images of its architecture', () => {
  const { os, architecture } = hostPlatform();
  assert.is(os, 'linux');
  assert.is(architecture, archName(process.arch));
  assert.equal(parsePlatform('linux'), hostPlatform());
});

for (const [text, formatted] of [
  ['linux/amd64', 'linux/amd64'],
  ['linux/amd64/v1', 'linux/amd64'],
  ['linux/amd64/v3', 'linux/amd64/v3'],
  ['linux/arm64/v8', 'linux/arm64'],
  ['linux/arm64/8', 'linux/arm64'],
  ['linux/arm64', 'linux/arm64'],
  ['linux/arm', 'linux/arm/v7'],
  ['linux/arm/v6', 'linux/arm/v6'],
  ['linux/armhf', 'linux/arm/v7'],
  ['linux/armel', 'linux/arm/v6'],
  ['Linux/x86_64', 'linux/amd64'],
  ['aarch64', 'linux/arm64'],
  ['s390x', 'linux/s390x'],
  ['i386', 'linux/386'],
  ['windows/amd64', 'windows/amd64'],
] as const) {
  test(`${text} is ${formatted}`, () => {
    assert.is(formatPlatform(parsePlatform(text)), formatted);
  });
}

for (const text of [
  '',
  '/',
  'linux/',
  'linux/arm/v7/x',
  'nosuch',
  'linux/a b',
  'linux/\n',
  '../..',
]) {
  test(`no platform: ${JSON.stringify(text)}`, () => {
    assert.is(
      codeOf(() => parsePlatform(text)),
      'PLATFORM_INVALID',
    );
  });
}

test('a platform of a descriptor keeps what else it says', () => {
  const platform = { os: 'Linux', architecture: 'AMD64', variant: '', 'os.features': ['x'] };
  const normal = { os: 'linux', architecture: 'amd64', 'os.features': ['x'] };
  assert.equal(normalizePlatform(platform), normal);
});

test.run();
