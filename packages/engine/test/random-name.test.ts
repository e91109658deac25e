import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkName } from '../src/names.ts';
import { randomName } from '../src/random-name.ts';

const many = (attempt: number): string[] => Array.from({ length: 2000 }, () => randomName(attempt));

test('an adjective and a surname, fit to be a name', () => {
  for (const name of many(0)) {
    assert.match(name, /^[a-z]+_[a-z]+$/);
    checkName(name);
  }
});

test('they differ: in 2,000 there are more than 1,000', () => {
  assert.ok(new Set(many(0)).size > 1000);
});

test('later attempts add digits, the later the more', () => {
  for (const name of many(3)) assert.match(name, /^[a-z]+_[a-z]+\d$/);
  for (const name of many(8)) checkName(name);
  assert.ok(many(8).some((name) => /\d{6}$/.test(name)));
});

test.run();
