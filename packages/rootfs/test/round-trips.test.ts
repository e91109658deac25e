import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openLayout, resolveImage } from '@ctrkit/layout';
import { directoryTree, packTree, unpackImage } from '@ctrkit/rootfs';
import {
  debianRoot,
  listTree,
  makeImageLayout,
  needs,
  run,
  temporaryDirectory,
} from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { everyKindOfEntry } from './every-kind-of-entry.ts';

const MINUTES = { timeout: 300_000 } as const;
const copy = ['skopeo', '--insecure-policy', 'copy'] as const;
const attributes = ['--xattrs', '--xattrs-include=*'] as const;

async function ran(...command: [string, ...string[]]): Promise<void> {
  const { code, stderr } = await run(command, MINUTES);
  assert.is(code, 0, `${command.join(' ')}: ${stderr}`);
}

async function archiveOfEveryKind(at: (name: string) => string): Promise<string> {
  await mkdir(at('every'));
  await ran('bash', '-c', `cd '${at('every')}'; ${everyKindOfEntry}`);
  await ran(
    'tar',
    '--numeric-owner',
    ...attributes,
    '-C',
    at('every'),
    '-cf',
    at('every.tar'),
    '.',
  );
  return at('every.tar');
}

async function listed(directory: string): Promise<string[]> {
  return await listTree(directory, { ignoreRoot: true });
}

async function unpackOurs(layout: string, directory: string): Promise<string[]> {
  const opened = await openLayout(layout);
  await unpackImage(opened, await resolveImage(opened, { name: 'latest' }), directory);
  return await listed(directory);
}

async function unpackTheirs(layout: string, bundle: string): Promise<string[]> {
  await ran('umoci', 'unpack', '--image', `${layout}:latest`, bundle);
  return await listed(join(bundle, 'rootfs'));
}

// The tar reader of Go, which umoci has, drops attributes without a value.
const asGo = (line: string): string => line.replace('user.empty=0x |', ' |');

const requirements = [
  'root',
  'command:debootstrap',
  'command:umoci',
  'command:skopeo',
  'command:setfattr',
] as const;

/** Unpacks an archive by GNU tar and, as the layer of an image, by us and by umoci, which gets it from skopeo; then packs and unpacks it again. */
async function thereAndBack(archive: string, at: (name: string) => string): Promise<string[]> {
  await mkdir(at('tar'));
  await ran('tar', '--numeric-owner', ...attributes, '-C', at('tar'), '-xpf', archive);
  const wanted = await listed(at('tar'));
  await makeImageLayout(at('layout'), { layers: [await readFile(archive)] });
  assert.equal(await unpackOurs(at('layout'), at('ours')), wanted);
  await ran(...copy, `oci:${at('layout')}:latest`, `oci:${at('copied')}:latest`);
  assert.equal(await unpackTheirs(at('copied'), at('umoci')), wanted.map(asGo));

  await pipeline(packTree(directoryTree(at('ours'))), createWriteStream(at('packed.tar')));
  await mkdir(at('again'));
  await ran('tar', '--numeric-owner', ...attributes, '-C', at('again'), '-xpf', at('packed.tar'));
  assert.equal(await listed(at('again')), wanted);
  return wanted;
}

if (needs(...requirements)) {
  test('the Debian system of debootstrap: there and back, beside umoci, skopeo and GNU tar', async () => {
    await using base = await temporaryDirectory();
    await thereAndBack(await debianRoot(), (name) => join(base.path, name));
  });

  test('every kind of entry: there and back, in zstd too, and what we packed by umoci', async () => {
    await using base = await temporaryDirectory();
    const at = (name: string): string => join(base.path, name);
    const wanted = await thereAndBack(await archiveOfEveryKind(at), at);
    const zstd = ['--dest-compress-format', 'zstd', `oci:${at('zstd')}:latest`] as const;
    await ran(...copy, `oci:${at('layout')}:latest`, ...zstd);
    assert.equal(await unpackOurs(at('zstd'), at('ours-of-zstd')), wanted);
    await makeImageLayout(at('packed'), { layers: [await readFile(at('packed.tar'))] });
    assert.equal(await unpackTheirs(at('packed'), at('umoci-of-packed')), wanted.map(asGo));
  });
}

test.run();
