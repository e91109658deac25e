// Builds dist/ctr-helper: the dispatch table from src/operations, then the C files, static; musl where it is
// there, because its programs are half as big in memory.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';

const has = (/** @type {string} */ command) =>
  spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;

const compiler = [process.env['CC'], 'musl-gcc', 'cc'].find(
  (name) => name !== undefined && name !== '' && has(name),
);
if (compiler === undefined) {
  process.stderr.write(
    'no C compiler: the helper is built from source; install one (apt-get install gcc libc6-dev)\n',
  );
  process.exit(1);
}

// musl brings no kernel headers: the system's are searched last, and only linux/ and asm/ are found there.
const machine = execFileSync(compiler, ['-dumpmachine'], { encoding: 'utf8' }).trim();
const kernelHeaders = ['/usr/include', `/usr/include/${machine}`].flatMap((path) => [
  '-idirafter',
  path,
]);

mkdirSync('dist/native', { recursive: true });
const table = execFileSync(process.execPath, ['--import', 'tsx', 'native/generate.ts']);
writeFileSync('dist/native/operations.h', table);
const sources = readdirSync('native').filter((name) => name.endsWith('.c'));
execFileSync(
  compiler,
  [
    '-std=gnu11',
    '-Os',
    '-static',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-Wshadow',
    '-Wpointer-arith',
    '-fstack-protector-strong',
    '-s',
    '-Idist/native',
    '-Inative',
    '-o',
    'dist/ctr-helper.new',
    ...kernelHeaders,
    ...sources.map((name) => `native/${name}`),
  ],
  { stdio: 'inherit' },
);
renameSync('dist/ctr-helper.new', 'dist/ctr-helper');
