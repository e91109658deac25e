/** The commands of docs/course.md, one after the other, and what it says that they say. */
import assert from 'node:assert/strict';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { debianRoot, needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';
import { expectedPattern, readConsole } from './console-blocks.ts';

const text = readFileSync(new URL('../../../docs/course.md', import.meta.url), 'utf8');

if (needs(...mainJob, 'command:debootstrap')) {
  test('docs/course.md', async () => {
    await inWorld(async ({ shell, directory }) => {
      symlinkSync(await debianRoot(), join(directory, 'debian.tar'));
      // Ids are what they are each time: the first time that one stands there it is learnt, then it is held to.
      const ids = new Map<string, string>();
      let place = '.';
      for (const { command, output } of readConsole(text)) {
        const line = command.replaceAll(/\b[0-9a-f]{12,64}\b/g, (id) => ids.get(id) ?? id);
        const said = await shell(`cd ${place}; { ${line}\n} 2>&1; pwd > "$D/.place"`);
        place = readFileSync(join(directory, '.place'), 'utf8').trim();
        const { pattern, names } = expectedPattern(output, ids);
        // What a step writes to stderr is red.
        const plain = stripVTControlCharacters(said.stdout).replaceAll('\r', '');
        const found = pattern.exec(plain);
        assert.ok(found, `$ ${line}\n${said.stdout}\nis not\n${output.join('\n')}`);
        for (const [at, name] of names.entries()) ids.set(name, found[at + 1] ?? '');
        for (const [name, id] of ids) if (name.length === 64) ids.set(name.slice(0, 12), id.slice(0, 12)); // prettier-ignore
      }
    });
  });
}

test.run();
