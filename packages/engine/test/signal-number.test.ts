import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { signalNumber } from '../src/index.ts';
import { codeOf } from './fixture.ts';

const table: readonly (readonly [string, number])[] = [
  ['TERM', 15],
  ['SIGTERM', 15],
  ['term', 15],
  ['sigKill', 9],
  ['HUP', 1],
  ['WINCH', 28],
  ['USR1', 10],
  ['1', 1],
  ['9', 9],
  ['09', 9],
  ['64', 64],
  ['RTMIN', 34],
  ['SIGRTMIN+3', 37],
  ['RTMIN+30', 64],
  ['RTMAX', 64],
  ['RTMAX-1', 63],
  ['rtmax-30', 34],
];

for (const [text, number] of table) {
  test(`${text} is ${number}`, () => assert.is(signalNumber(text), number));
}

for (const text of [
  '',
  '0',
  '00',
  '65',
  '100',
  '-1',
  '1.5',
  'NOSUCH',
  'SIG',
  'SIGSIGTERM',
  'TERM ',
  'RTMIN-1',
  'RTMIN+31',
  'RTMAX+1',
  'RTMAX-31',
  'RTMIN+',
  'RTMIN+100',
  'constructor',
  '__proto__',
]) {
  // prettier-ignore
  test(`${JSON.stringify(text)} is none`, async () => {
    assert.is(await codeOf(() => signalNumber(text)), 'SIGNAL_INVALID');
  });
}

test.run();
