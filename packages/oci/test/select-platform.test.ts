import { mediaTypes, parseDescriptor, parsePlatform, selectPlatform } from '@ctrkit/oci';
import type { Descriptor } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { descriptor } from './documents.ts';

function entry(name: string, more: Record<string, unknown> = {}): Descriptor {
  const [os = '', architecture = '', variant] = name.split('/');
  const platform = { os, architecture, variant };
  return parseDescriptor({ ...descriptor(mediaTypes.manifest, name), platform, ...more });
}

const bare = parseDescriptor(descriptor(mediaTypes.manifest, 'bare'));

function choose(wanted: string, ...names: string[]): string | undefined {
  const entries = names.map((name) => (name === 'bare' ? bare : entry(name)));
  const chosen = selectPlatform(entries, parsePlatform(wanted));
  return names[entries.findIndex((one) => one === chosen)];
}

for (const [wanted, names, expected] of [
  ['linux/amd64', 'linux/arm64 linux/amd64', 'linux/amd64'],
  ['linux/amd64', 'windows/amd64 linux/arm64', undefined],
  ['linux/amd64', 'linux/386 linux/amd64', 'linux/amd64'],
  ['linux/amd64', 'linux/arm64 linux/386', 'linux/386'],
  ['linux/amd64', 'linux/amd64/v3 linux/amd64', 'linux/amd64'],
  ['linux/amd64', 'linux/amd64/v2', undefined],
  ['linux/amd64/v3', 'linux/amd64 linux/amd64/v2', 'linux/amd64/v2'],
  ['linux/amd64/v3', 'linux/amd64 linux/amd64/v4', 'linux/amd64'],
  ['linux/arm64', 'linux/arm/v7 linux/arm64/v8', 'linux/arm64/v8'],
  ['linux/arm64', 'linux/arm/v6 linux/arm/v7', 'linux/arm/v7'],
  ['linux/arm/v7', 'linux/arm/v5 linux/arm/v6', 'linux/arm/v6'],
  ['linux/arm/v7', 'linux/arm linux/arm/v6', 'linux/arm'],
  ['linux/arm/v6', 'linux/arm/v7', undefined],
  ['linux/s390x', 'linux/amd64 linux/s390x', 'linux/s390x'],
  ['linux/s390x', 'linux/amd64 bare', 'bare'],
  ['linux/amd64', 'bare linux/amd64', 'linux/amd64'],
  ['linux/amd64', 'unknown/unknown', undefined],
] as const) {
  test(`${wanted} of ${names}: ${expected ?? 'none'}`, () => {
    assert.is(choose(wanted, ...names.split(' ')), expected);
  });
}

test('of two for the same platform, the first', () => {
  const first = entry('linux/amd64');
  const second = entry('linux/amd64', { size: 99 });
  assert.is(selectPlatform([first, second], parsePlatform('amd64')), first);
});

test('attestations and artifacts are not images', () => {
  const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' };
  const attestation = entry('linux/amd64', { annotations });
  const artifact = parseDescriptor({ ...descriptor(mediaTypes.manifest), artifactType: 'a/b' });
  assert.is(selectPlatform([attestation, artifact], parsePlatform('amd64')), undefined);
  assert.is(selectPlatform([], parsePlatform('amd64')), undefined);
});

test.run();
