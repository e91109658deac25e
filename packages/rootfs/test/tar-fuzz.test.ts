import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listTree, needs, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, unpack, when } from './helpers.ts';

const asRoot = when(needs('root', 'command:tar'));

/** Numbers that look random and are always the same (mulberry32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** A shell script that makes a tree of random names, kinds, sizes, holes and times. */
function randomTree(seed: number): string {
  const random = randomNumbers(seed);
  const directories = ['.'];
  const files: string[] = [];
  const lines = ['set -e'];
  const name = (): string =>
    `n${random(1000)}${'x'.repeat(random(3) === 0 ? random(240) : random(8))}`;
  for (let i = 0; i < 60; i++) {
    const path = `${directories[random(directories.length)]}/${name()}`;
    if (directories.includes(path) || files.includes(path)) continue;
    const kind = random(8);
    if (kind === 0) directories.push(path);
    if (kind === 0) lines.push(`mkdir ${path}`);
    else if (kind === 1) lines.push(`ln -s ${'t'.repeat(1 + random(300))} ${path}`);
    else if (kind === 2 && files.length > 0)
      lines.push(`ln ${files[random(files.length)]} ${path}`);
    else if (kind === 3) {
      lines.push(`truncate -s ${random(2_000_000)} ${path}`);
      for (let part = random(6); part > 0; part--) {
        lines.push(
          `printf part | dd of=${path} bs=1 seek=${random(3_000_000)} conv=notrunc status=none`,
        );
      }
    } else
      lines.push(
        `head -c ${random(4) === 0 ? 512 * random(5) : random(200_000)} /dev/urandom > ${path}`,
      );
    if (kind > 2) files.push(path);
    lines.push(`chown -h ${random(70_000)}:${random(70_000)} ${path}`);
    lines.push(`touch -h -d @${random(2_000_000_000)}.${random(1_000_000_000)} ${path}`);
  }
  return lines.join('\n');
}

const formats = [
  ['--format=pax', '-S'],
  ['--format=pax', '-S', '--sparse-version=0.1'],
  ['--format=pax', '-S', '--sparse-version=0.0'],
  ['--format=gnu', '-S'],
  ['--format=gnu'],
];

for (let seed = 1; seed <= 10; seed++) {
  asRoot(`random tree ${seed} unpacks as GNU tar unpacks it`, async () => {
    await using base = await temporaryDirectory();
    const at = (name: string): string => join(base.path, name);
    for (const path of ['tree', 'theirs', 'ours']) await mkdir(at(path));
    const made = await run(['bash', '-c', randomTree(seed)], { cwd: at('tree') });
    assert.is(made.code, 0, made.stderr);
    const options = formats[seed % formats.length] ?? [];
    execFileSync('tar', ['-C', at('tree'), '--numeric-owner', ...options, '-cf', at('a.tar'), '.']);
    execFileSync('tar', ['-C', at('theirs'), '--numeric-owner', '-xpf', at('a.tar')]);
    await unpack(await readFile(at('a.tar')), at('ours'));
    assert.equal(await listTree(at('ours')), await listTree(at('theirs')));
  });
}

asRoot('a damaged archive is refused or harmless, and never hangs', async () => {
  await using base = await temporaryDirectory();
  const at = (name: string): string => join(base.path, name);
  for (const path of ['tree', 'out']) await mkdir(at(path));
  await writeFile(at('decoy'), 'untouched');
  await run(['bash', '-c', randomTree(99)], { cwd: at('tree') });
  execFileSync('tar', ['-C', at('tree'), '--format=pax', '-S', '-cf', at('a.tar'), '.']);
  const archive = await readFile(at('a.tar'));
  const random = randomNumbers(7);
  const codes = new Set<string>();
  for (let round = 0; round < 40; round++) {
    const damaged = Buffer.from(
      archive.subarray(0, round % 4 === 0 ? random(archive.length) : archive.length),
    );
    // Headers are what hurts: every second time the checksum is made to fit again.
    for (let hit = 0; hit < 20; hit++) damage(damaged, random, round % 2 === 0);
    const directory = join(at('out'), String(round));
    await mkdir(directory);
    codes.add(await codeOf(unpack(damaged, directory)));
  }
  assert.ok(
    [...codes].every((code) => ['success', 'LAYER_INVALID'].includes(code)),
    [...codes].join(),
  );
  assert.ok(codes.has('LAYER_INVALID'));
  assert.is(await readFile(at('decoy'), 'utf8'), 'untouched');
});

function damage(archive: Buffer, random: (below: number) => number, repair: boolean): void {
  const at = 512 * random(Math.max(1, Math.floor(archive.length / 512)));
  if (archive.toString('latin1', at + 257, at + 262) !== 'ustar') return;
  archive[at + random(345)] = random(256);
  if (!repair) return;
  const block = archive.subarray(at, at + 512);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

test.run();
