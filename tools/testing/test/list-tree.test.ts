import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { listTree, needs, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const TIME = '2020-05-05 05:05:05.987654321';

const functions = String.raw`
set -e
stamp() { touch -h -d '${TIME}' "$@"; }
odd=$(printf 'n\377\nme\134')
`;

const make = String.raw`
mkdir -p d/sub; echo hello > d/file; ln d/file d/hard; ln -s ../d/file d/soft
mkfifo p; mknod c c 1 300; printf x > "$odd"
setfattr -n user.text -v value d/file; setfattr -n user.other -v 0x00ff "$odd"
find . -exec touch -h -d '${TIME}' {} +
`;

/** What may differ, one at a time, everything else being as it was. */
const changes: Record<string, string> = {
  mode: 'chmod 600 d/file',
  owner: 'chown 1:2 d/file',
  'owner of a link': 'chown -h 1:2 d/soft',
  time: "touch -d '2020-05-05 05:05:05.987654322' p",
  'time of a directory': "touch -d '2020-05-05 05:05:05.987654322' d",
  contents: 'echo jello > d/file; stamp d/file',
  size: 'echo hello, hello > d/file; stamp d/file',
  target: 'ln -sfn file d/soft; stamp d/soft d',
  device: 'rm c; mknod c c 1 301; stamp c .',
  attribute: 'setfattr -n user.text -v other d/file',
  'attribute of an odd name': 'setfattr -x user.other "$odd"',
  kind: 'rm p; touch p; stamp p .',
  'one file or two': 'cp -p d/file d/copy; mv -f d/copy d/hard; stamp d',
  more: 'mkdir x; stamp x .',
};

const bash = (cwd: string, script: string): void =>
  void execFileSync('bash', ['-c', `${functions}${script}`], { cwd, stdio: 'pipe' });

if (needs('root', 'command:getfattr', 'command:setfattr')) {
  test('two trees that were made alike have the same lines', async () => {
    await using base = await temporaryDirectory();
    const at = (name: string): string => join(base.path, name);
    for (const name of ['a', 'b']) {
      mkdirSync(at(name));
      bash(at(name), make);
    }
    assert.equal(await listTree(at('a')), await listTree(at('b')));
    assert.is((await listTree(at('a'))).length, 9);
  });

  for (const [what, change] of Object.entries(changes)) {
    test(`a difference is seen: ${what}`, async () => {
      await using base = await temporaryDirectory();
      bash(base.path, make);
      const before = await listTree(base.path);
      bash(base.path, change);
      assert.not.equal(await listTree(base.path), before);
    });
  }

  test('what does not count is left out', async () => {
    await using base = await temporaryDirectory();
    bash(base.path, make);
    const options = { ignoreRoot: true };
    const before = await listTree(base.path, options);
    bash(base.path, 'touch .; chmod 711 .');
    assert.equal(await listTree(base.path, options), before);
  });
}

test.run();
