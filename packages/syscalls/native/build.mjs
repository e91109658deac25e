// Builds dist/ctr-helper: the dispatch table from src/operations, then the C files, static; musl where it is
// there, because its programs are half as big in memory. And dist/ctr-child.node, which Node loads: it has what it needs of
// Node, libuv and libc from the process that loads it, so it suits any of them.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { include_dir as nodeHeaders } from 'node-api-headers';

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
const strict = ['-std=gnu11', '-Os', '-Wall', '-Wextra', '-Werror', '-Wshadow', '-Wpointer-arith'];

/** Never half-made: what is there is whole. */
function compile(
  /** @type {string} */ output,
  /** @type {readonly string[]} */ flags,
  /** @type {readonly string[]} */ sources,
) {
  const made = `${output}.new`;
  const hardened = ['-fstack-protector-strong', '-s'];
  const all = [...strict, ...hardened, ...flags, '-o', made, ...kernelHeaders, ...sources];
  execFileSync(compiler ?? 'cc', all, { stdio: 'inherit' });
  renameSync(made, output);
}

const sources = readdirSync('native').filter((name) => name.endsWith('.c'));
compile(
  'dist/ctr-helper',
  ['-static', '-Idist/native', '-Inative'],
  sources.map((name) => `native/${name}`),
);
// Never unloaded: a worker of Node's unloads its addons before its loop has run for the last time.
const loadable = ['-shared', '-fPIC', '-nostdlib', '-fvisibility=hidden', '-Wl,-z,nodelete'];
compile('dist/ctr-child.node', [...loadable, `-I${nodeHeaders}`], ['addon/child.c']);
