import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  asUser,
  needs,
  revealing,
  run,
  temporaryDirectory,
  unprivilegedUser,
  userDirectory,
} from '@ctrkit/testing';

const thisFile = fileURLToPath(import.meta.url);

if (needs('unprivileged-user')) {
  test('the command has no privileges and no groups but its own', async () => {
    const { gid, uid } = unprivilegedUser();
    const { stdout } = await asUser(['sh', '-c', 'id -u; id -g; grep CapEff /proc/self/status']);
    assert.equal(stdout.trim().split(/\s+/), [
      String(uid),
      String(gid),
      'CapEff:',
      '0000000000000000',
    ]);
    assert.is.not(uid, 0);
  });

  test('a home is kept between commands when it is given', async () => {
    await using home = await userDirectory();
    await asUser(['sh', '-c', 'echo kept > "$HOME/note"'], { home: home.path });
    const { stdout } = await asUser(['cat', 'note'], { home: home.path });
    assert.is(stdout, 'kept\n');
    assert.is((await stat(home.path)).uid, unprivilegedUser().uid);
  });

  test('the user reads the checkout', async () => {
    const { code } = await asUser(['test', '-r', thisFile]);
    assert.is(code, 0);
  });
}

if (needs('root')) {
  test('a checkout in a shut directory is shown without the rest of that directory', async () => {
    await using directory = await temporaryDirectory();
    const shown = join(directory.path, 'a/b');
    await mkdir(shown, { recursive: true });
    await writeFile(join(shown, 'file'), 'seen\n');
    await writeFile(join(directory.path, 'secret'), '');
    const script = 'id -u; cat "$0/file"; ls "$1"; pwd';
    const user = { ...unprivilegedUser() };
    const command = revealing(user, ['sh', '-c', script, shown, directory.path], shown);
    if (command === undefined) throw new Error('nothing is shut');
    const { stdout } = await run(command, { cwd: '/' });
    assert.is(stdout, `${user.uid}\nseen\na\n/\n`);
  });

  test('nothing is done where nothing is shut', () => {
    assert.is(revealing(unprivilegedUser(), ['true'], '/usr/bin'), undefined);
  });
}

test.run();
