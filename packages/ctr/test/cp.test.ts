import assert from 'node:assert/strict';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asUser, assertNothingLeft, makeBusyboxLayout, needs, openTerminal, run, snapshotHost, userDirectory } from '@ctrkit/testing'; // prettier-ignore
import { test } from 'uvu';
import { copyOperand } from '../src/commands/copy-operand.ts';
import { commandPath, inWorld, mainJob } from './fixture.ts';

test('whose a path is', () => {
  for (const [text, container, path] of [
    ['box:/c', 'box', '/c'],
    ['box:', 'box', ''],
    ['box:c:d', 'box', 'c:d'],
    ['h/f:1', 'h/f', '1'],
    ['./h:1', undefined, './h:1'],
    ['../h:1', undefined, '../h:1'],
    ['/h:1', undefined, '/h:1'],
    ['plain', undefined, 'plain'],
    [':/c', undefined, '/c'],
    ['-', undefined, '-'],
  ] as const) {
    assert.deepEqual({ container: undefined, ...copyOperand(text) }, { container, path }, text);
  }
});

if (needs(...mainJob, 'command:tmux')) {
  test('on a terminal a copy is told of, in docker words; an archive is not written to it', async () => {
    await inWorld(async ({ ctr, directory, env, registry }) => {
      await ctr('create', '--name', 'box', `${registry}/busybox`, 'true');
      writeFileSync(join(directory, 'big'), Buffer.alloc(3_000_000));
      await using terminal = await openTerminal({ env, cwd: directory });
      const command = `'${process.execPath}' '${commandPath('ctr')}'`;
      await terminal.enter(`${command} cp big box:/tmp/`);
      await terminal.shows(/^Successfully copied 3MB to box:\/tmp\/$/m);
      await terminal.enter(`clear; ${command} cp box:/tmp/big out`);
      await terminal.shows(new RegExp(`^Successfully copied 3MB to ${directory}/out$`, 'm'));
      await terminal.enter(`clear; ${command} cp -q box:/tmp/big quiet && echo done`);
      assert.doesNotMatch(await terminal.shows(/^done$/m), /Successfully/);
      await terminal.enter(`clear; ${command} cp box:/tmp/big -`);
      await terminal.shows(/refusing/);
      assert.equal(lstatSync(join(directory, 'quiet')).size, 3_000_000);
    });
  });
}

if (needs(...mainJob)) {
  test('from one container to another through a pipe, under both names of the command', async () => {
    await inWorld(async ({ ctr, shell, registry }) => {
      for (const name of ['one', 'two']) await ctr('create', '--name', name, `${registry}/busybox`, 'cat', '/tmp/etc/passwd'); // prettier-ignore
      const piped = await shell('ctr cp one:/etc - | ctr container cp - two:/tmp');
      assert.deepEqual([piped.code, piped.stderr], [0, '']);
      assert.match((await ctr('start', '-a', 'two')).stdout, /^root:x:0/);
    });
  });
}

if (
  needs(
    'user-namespaces',
    'overlay-rootless',
    'command:skopeo',
    'file:/bin/busybox',
    'file:packages/ctr/dist/bundle/bin.cjs',
  )
) {
  // prettier-ignore
  test('a normal user copies into and out of containers of their own', async () => {
    const before = await snapshotHost();
    {
      await using home = await userDirectory();
      const ctr = (...args: string[]): ReturnType<typeof asUser> =>
        asUser([process.execPath, commandPath('ctr'), ...args], { home: home.path });
      const sh = (line: string): ReturnType<typeof asUser> => asUser(['sh', '-c', `cd '${home.path}'; ${line}`], { home: home.path }); // prettier-ignore
      await makeBusyboxLayout(join(home.path, 'layout'));
      await run(['tar', '-C', join(home.path, 'layout'), '-cf', join(home.path, 'image.tar'), '.']);
      const loaded = await ctr('load', '-i', join(home.path, 'image.tar'));
      assert.equal(loaded.code, 0, loaded.stderr);
      const image = /sha256:[0-9a-f]{64}|(?<=image: )\S+/.exec(loaded.stdout)?.[0] ?? '';
      await sh('mkdir h h/d; echo mine > h/d/f; ln -s f h/d/l; chmod 555 h/d');
      const copied = async (...args: string[]): Promise<void> => {
        const { code, stderr } = await ctr('cp', ...args);
        assert.deepEqual([code, stderr], [0, ''], args.join(' '));
      };
      for (const name of ['rests', 'runs']) {
        const made = await ctr('create', '--name', name, image, 'sleep', '1000');
        assert.equal(made.code, 0, made.stderr);
        if (name === 'runs') await ctr('start', name);
        await copied(join(home.path, 'h/d'), `${name}:/tmp`);
        await copied(`${name}:/tmp/d`, join(home.path, name));
        await copied('-a', `${name}:/home/app`, join(home.path, `${name}-app`));
        assert.equal(readFileSync(join(home.path, name, 'l'), 'utf8'), 'mine\n');
        assert.equal(lstatSync(join(home.path, name, 'f')).uid, lstatSync(home.path).uid);
        assert.equal(lstatSync(join(home.path, name)).mode & 0o777, 0o555);
      }
      assert.equal((await ctr('exec', 'runs', 'cat', '/tmp/d/l')).stdout, 'mine\n');
      const closed = await ctr('cp', 'runs:/tmp/d', '/etc/nowhere');
      assert.equal(closed.code, 1);
      assert.match(closed.stderr, /permission denied/);
      await ctr('rm', '-f', 'rests', 'runs');
      await sh('chmod -R u+w .');
    }
    await assertNothingLeft(before);
  });
}

test.run();
