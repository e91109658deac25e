import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeProgram } from './program.ts';

const { command: program, shell, remove } = await makeProgram();
test.after(remove);

/** Runs the fixture on a pseudo-terminal and returns all that arrived there. */
async function onTerminal(command: string, size: string): Promise<string> {
  // With CI set, ora takes no terminal for a person's.
  const line = `unset CI; ${size}; ${program} ${command}`.replaceAll("'", String.raw`'\''`);
  const result = await shell(`script -qec '${line}' /dev/null < /dev/null`);
  assert.is(result.code, 0, result.stdout);
  return result.stdout;
}
/** What a person sees when all is drawn: of each line only what was written last. */
const seen = (text: string): string[] =>
  text
    .split('\r\n')
    .map((line) => line.split('\u001b[0K').at(-1) ?? '')
    // oxlint-disable-next-line no-control-regex
    .map((line) => line.replace(/\u001b\[[?\d;]*[A-Za-z]/g, ''));

if (needs('command:script')) {
  test('a terminal gets one live line, which goes away', async () => {
    const text = await onTerminal('pull', 'stty cols 80');
    assert.match(text, /1\/2 layers {2}\d+MB\/10MB {2}[\d.]+MB\/s {2}1s left/);
    assert.ok(text.includes('\u001b[?25l'), 'the cursor is hidden');
    assert.ok(text.lastIndexOf('\u001b[?25h') > text.lastIndexOf('\u001b[?25l'), 'and comes back');
    assert.equal(seen(text), [
      'Pulling from library/busybox\\u001b]0;evil\\u0007',
      'docker.io/library/busybox:latest',
      '',
    ]);
  });

  test('a terminal without columns gets plain lines', async () => {
    const text = await onTerminal('pull', 'stty cols 0');
    assert.not(text.includes('\u001b'));
    assert.match(text, /bbbbbbbbbbbb: Pull complete\r\n/);
  });

  test('a table on a terminal, and nothing of a row can steer it', async () => {
    const text = await onTerminal('ps', 'stty cols 80');
    assert.equal(text.split('\r\n'), [
      'CONTAINER ID   NAMES',
      'ff3e9e3e3fa0   one',
      'd307589f672c   evil\\u001b[2Jname',
      '',
    ]);
  });
}

const lines = [
  'Pulling from library/busybox\\u001b]0;evil\\u0007',
  'aaaaaaaaaaaa: Already exists',
  'bbbbbbbbbbbb: Pull complete',
  'cccccccccccc: Download complete',
  '',
];
test('a pipe gets a line a layer', async () => {
  const result = await shell('ctr pull');
  assert.equal(result.stderr.split('\n'), lines);
  assert.is(result.stdout, 'docker.io/library/busybox:latest\n');
});

test('--progress json gives events', async () => {
  const result = await shell('ctr pull --progress json');
  const events = result.stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; status?: string });
  assert.is(events.filter((event) => event.status === 'downloading').length, 11);
  assert.is(events.at(-1)?.status, 'downloaded');
});

test('and with it an error is one too, with its code', async () => {
  const result = await shell('ctr pull --progress json surplus');
  assert.is(result.code, 1);
  const { error } = JSON.parse(result.stderr) as { error: { code: string } };
  assert.is(error.code, 'WRONG_OPERAND_COUNT');
});

test.run();
