import { execFileSync, spawnSync } from 'node:child_process';

/**
 * Compiles one C file into a small static program; with musl where it is there, whose programs are
 * smaller. The same compiler makes the same bytes.
 * @param {string} source
 * @param {string} program
 */
export function compile(source, program) {
  const compiler = ['musl-gcc', 'cc'].find(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  );
  if (compiler === undefined) {
    throw new Error('no C compiler (apt-get install gcc libc6-dev, or musl-tools)');
  }
  const flags = ['-static', '-Os', '-s', '-Wall', '-Wextra', '-Werror', '-Wl,--build-id=none'];
  execFileSync(compiler, [...flags, '-o', program, source], { stdio: 'inherit' });
}
