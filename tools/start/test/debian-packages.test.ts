import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { needs, run } from '@ctrkit/testing';
import { missingPackages } from '../lib/debian-packages.mjs';
import { has } from '../lib/has.mjs';

test('what shows that a package is there decides whether it is missing', () => {
  assert.equal(
    missingPackages(() => true),
    [],
  );
  const missing = missingPackages((what: string) => what !== 'command:skopeo');
  assert.equal(
    missing.map((one) => one.package),
    ['skopeo'],
  );
});

test('programs and files are found', () => {
  assert.is(has('command:sh'), true);
  assert.is(has('command:no-such-command'), false);
  assert.is(has('file:/etc/passwd'), true);
  assert.is(has('file:/etc/no-such-file'), false);
});

if (needs('command:dpkg-query')) {
  test('each package that is there brings what shows it', async () => {
    const all = missingPackages(() => false);
    for (const one of all.filter((entry) => has(entry.shows))) {
      const path = one.shows.replace(/^(command|file):/, '');
      const { stdout } = await run(['dpkg-query', '--search', `*${path.replace(/^\//, '')}`]);
      assert.match(stdout, new RegExp(`^([^:]+, )*${one.package}\\b`, 'm'), one.package);
    }
  });
}

test.run();
