import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  globalArguments,
  isProxyArgument,
  platformArguments,
  proxyEnvironment,
  unusedArguments,
} from '../../src/index.ts';
import { parse } from './support.ts';

const amd64 = { os: 'linux', architecture: 'amd64' };
const arm = { os: 'linux', architecture: 'arm', variant: 'v7' };

test('the platforms, as arguments', () => {
  const found = Object.fromEntries(platformArguments({ build: amd64, target: arm }, 'app'));
  assert.equal(found, {
    BUILDPLATFORM: 'linux/amd64',
    BUILDOS: 'linux',
    BUILDOSVERSION: '',
    BUILDARCH: 'amd64',
    BUILDVARIANT: '',
    TARGETPLATFORM: 'linux/arm/v7',
    TARGETOS: 'linux',
    TARGETOSVERSION: '',
    TARGETARCH: 'arm',
    TARGETVARIANT: 'v7',
    TARGETSTAGE: 'app',
  });
});

test('arguments before the first FROM: given, by default, by those before them, or not at all', () => {
  const dockerfile = parse('ARG a=1 b=$a$TARGETARCH\nARG c=$b d\nARG e=${x\nFROM a\n');
  const predefined = platformArguments({ build: amd64, target: amd64 });
  const given = new Map([
    ['a', '2'],
    ['e', '5'],
    ['TARGETARCH', 'z'],
    ['unknown', '6'],
  ]);
  const found = globalArguments(dockerfile, predefined, given);
  const names = ['a', 'b', 'c', 'd', 'e', 'TARGETARCH', 'unknown'];
  assert.equal(
    names.map((name) => found.get(name)),
    ['2', '2z', '2z', undefined, '5', 'z', undefined],
  );
});

test('proxies need no ARG, and RUN sees them in both cases', () => {
  assert.ok(isProxyArgument('HTTP_PROXY') && isProxyArgument('no_proxy'));
  assert.not.ok(isProxyArgument('Http_Proxy') || isProxyArgument('PROXY'));
  const given = new Map([
    ['http_proxy', 'p'],
    ['A', '1'],
  ]);
  assert.equal(
    [...proxyEnvironment(given)],
    [
      ['HTTP_PROXY', 'p'],
      ['http_proxy', 'p'],
    ],
  );
});

test('arguments that no ARG takes', () => {
  const dockerfile = parse('ARG a\nFROM x\nARG b c=1\nFROM y\nARG d\n');
  const names = ['z', 'a', 'b', 'c', 'd', 'e', 'TARGETARCH', 'https_proxy'];
  const given = new Map(names.map((name) => [name, '1']));
  const predefined = platformArguments({ build: amd64, target: amd64 });
  assert.equal(unusedArguments(dockerfile, predefined, given), ['e', 'z']);
  const [, last] = dockerfile.stages;
  assert.equal(unusedArguments(dockerfile, predefined, given, [last!]), ['b', 'c', 'e', 'z']);
});

test.run();
