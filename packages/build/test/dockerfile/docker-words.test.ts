import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BuildError, expandInstruction } from '../../src/index.ts';
import { parseOne } from './support.ts';
import { words } from './words.ts';

const recorded = JSON.parse(
  readFileSync(new URL('docker-words.json', import.meta.url), 'utf8'),
) as Record<string, { value?: string; refusal?: string }>;

const variables = new Map([
  ['A', 'one'],
  ['B', 'two words'],
  ['EMPTY', ''],
]);

function valueOf(word: string): string | undefined {
  try {
    const label = expandInstruction(parseOne(`LABEL word=${word}`), variables);
    return label.keyword === 'LABEL' ? label.pairs[0]?.[1] : undefined;
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}

for (const word of words) {
  test(`${word}: as docker expands or refuses it`, () => {
    const docker = recorded[word];
    assert.ok(docker !== undefined, 'recorded');
    assert.is(valueOf(word), docker.value);
  });
}

test.run();
