import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeProgram } from './program.ts';

const { command: program, shell, remove } = await makeProgram();
test.after(remove);

const textOf = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();

test('exit codes reach the shell', async () => {
  for (const [line, code] of [
    ['ctr run x exit 7', 7],
    ['ctr run --nosuch', 125],
    ['ctr run', 1],
    ['ctr fail x 126', 126],
    ['ctr fail x', 1],
  ] as const) {
    assert.is((await shell(line)).code, code, line);
  }
});

for (const flag of ['', '--stream']) {
  test(`a reader that goes away ends it quietly, code 141 ${flag}`, async () => {
    const result = await shell(`ctr flood ${flag} | head -n 1; echo "\${PIPESTATUS[0]}"`);
    assert.equal([result.stdout, result.stderr], ['y\n141\n', '']);
  });
}

for (const flag of ['', '--stream']) {
  test(`a pipe that somebody made non-blocking, and that is full, gets all ${flag}`, async () => {
    // Another Node that opens its stdout makes the pipe non-blocking for all who share it.
    const other = `'${process.execPath}' -e 'process.stdout; setTimeout(() => {}, 2500)'`;
    const result = await shell(
      `{ ${other} & sleep 0.5; ctr flood --count 200 ${flag}; echo $? >&2; } | { sleep 1; wc -c; }`,
    );
    assert.equal([result.stdout, result.stderr], ['400000\n', '0\n']);
  });
}

test('nobody reads stderr: the exit code stays', async () => {
  const result = await shell('exec 3>&1; { ctr fail x 9 2>&1 >&3; echo $? >&3; } | true');
  assert.is(result.stdout, '9\n');
});

test('an error that nobody caught is told like any other', async () => {
  const result = await shell('ctr fail late');
  assert.is(result.code, 1);
  assert.equal(result.stderr.split('\n'), [
    'ctr: no image \\u001b[31mbusybox',
    'hint: try another',
    '',
  ]);
});

test('a bug is told in a line, without a stack', async () => {
  const result = await shell('ctr fail bug');
  assert.is(result.code, 1);
  assert.match(result.stderr, /^ctr: internal error: TypeError: [^\n]*\nhint: [^\n]*\n$/);
});

for (const line of ['ctr run -m 64m --pull always x', 'ctr --help', 'ctr run --nosuch', 'ctr ps']) {
  test(`pipes that others share stay blocking: ${line}`, async () => {
    // The pipes are looked at while the program has them, just before it ends.
    const look = `process.on('exit',()=>{const{readFileSync:r,writeSync:w}=require('fs');for(const n of[1,2]){const f=parseInt(/flags:\\s+(\\d+)/.exec(r('/proc/self/fdinfo/'+n,'utf8'))[1],8);w(3,n+((f&0o4000)?' non-blocking':' blocking')+'\\n')}})`;
    await using directory = await temporaryDirectory();
    const result = await shell(
      `cd '${directory.path}'; echo "${look}" > look.cjs
       { ctr() { NODE_OPTIONS='--require ${directory.path}/look.cjs' ${program} "$@"; }
         { ${line} 3> flags | cat > out; } 2>&1 | cat > err; }; cat flags`,
    );
    assert.is(result.stdout, '1 blocking\n2 blocking\n');
  });
}

test('a working directory that was removed is no obstacle', async () => {
  await using directory = await temporaryDirectory();
  const result = await shell(
    `mkdir '${directory.path}/gone'; cd '${directory.path}/gone'; rmdir '${directory.path}/gone'; ctr run -m 64m x`,
  );
  assert.is(result.code, 0, result.stderr);
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
async function interrupted(flags: string, signals: readonly NodeJS.Signals[]): Promise<Ended> {
  const child = spawn('bash', ['-c', `exec ${program} wait ${flags}`], { stdio: 'pipe' });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const pending = [...signals];
  child.stdout.on('data', (chunk: Buffer) => {
    out.push(chunk);
    child.kill(pending.shift());
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: textOf(out), stderr: textOf(err) };
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`${signal} stops the work quietly, code ${code}`, async () =>
    assert.equal(await interrupted('', [signal]), { code, stdout: 'ready\n', stderr: '' }));
}

test('the second signal does not wait', async () =>
  assert.equal(await interrupted('--stubborn', ['SIGINT', 'SIGTERM']), {
    code: 143,
    stdout: 'ready\nonce\n',
    stderr: '',
  }));

test.run();
