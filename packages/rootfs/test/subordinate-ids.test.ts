import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  asUser,
  debianRoot,
  listTree,
  makeImageLayout,
  needs,
  run,
  temporaryDirectory,
  unprivilegedUser,
  userDirectory,
} from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { everyKindOfEntry } from './every-kind-of-entry.ts';

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const loader = fileURLToPath(import.meta.resolve('tsx'));
const attributes = ['--xattrs', '--xattrs-include=*'] as const;
const MINUTES = { timeout: 300_000 } as const;

async function ran(...command: [string, ...string[]]): Promise<void> {
  const { code, stderr } = await run(command, MINUTES);
  assert.is(code, 0, `${command.join(' ')}: ${stderr}`);
}

// What only root can make.
const isDevice = (line: string): boolean => / \| (?:character|block) \| /.test(line);

/**
 * Unpacks an archive by GNU tar as root and, as the layer of an image, by us as somebody with subordinate ids; packs that as the
 * same user, and unpacks it by GNU tar again.
 */
async function thereAndBack(archive: string): Promise<{ wanted: string[]; found: string[] }> {
  await using base = await temporaryDirectory();
  await using home = await userDirectory();
  const { uid, gid } = unprivilegedUser();
  const at = (name: string): string => join(base.path, name);
  for (const name of ['tar', 'again']) await mkdir(at(name));
  const extract = ['tar', '--numeric-owner', ...attributes, '-xpf'] as const;
  await ran(...extract, archive, '-C', at('tar'));
  await makeImageLayout(at('layout'), { layers: [await readFile(archive)] });
  await ran('cp', '-r', at('layout'), join(home.path, 'layout'));
  await ran('chown', '-R', `${uid}:${gid}`, join(home.path, 'layout'));
  const rootfs = async (...args: string[]): Promise<void> => {
    const command = [process.execPath, '--import', loader, '--conditions=@ctrkit/source', bin, ...args] as const; // prettier-ignore
    const { code, stderr } = await asUser(command, { ...MINUTES, home: home.path, subordinate: true }); // prettier-ignore
    assert.is(code, 0, stderr);
  };
  await rootfs('unpack', 'oci:layout:latest', 'target');
  await rootfs('pack', 'target', '-o', 'packed.tar');
  await ran(...extract, join(home.path, 'packed.tar'), '-C', at('again'));
  const [wanted, found] = await Promise.all(
    ['tar', 'again'].map((name) => listTree(at(name), { ignoreRoot: true })),
  );
  return { wanted: (wanted ?? []).filter((line) => !isDevice(line)), found: found ?? [] };
}

if (needs('root', 'user-namespaces', 'command:newuidmap', 'file:/etc/subuid')) {
  if (needs('command:debootstrap')) {
    test('the Debian system of debootstrap: there and back, with all owners', async () => {
      const { wanted, found } = await thereAndBack(await debianRoot());
      assert.equal(found, wanted);
    });
  }
  if (needs('command:setfattr')) {
    test('every kind of entry: there and back', async () => {
      await using base = await temporaryDirectory();
      const archive = join(base.path, 'every.tar');
      await mkdir(join(base.path, 'every'));
      await ran('bash', '-c', `cd '${join(base.path, 'every')}'; ${everyKindOfEntry}`);
      await ran('tar', '--numeric-owner', ...attributes, '-C', join(base.path, 'every'), '-cf', archive, '.'); // prettier-ignore
      const { wanted, found } = await thereAndBack(archive);
      assert.equal(found, wanted);
    });
  }
}

test.run();
