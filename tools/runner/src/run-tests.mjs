#!/usr/bin/env node
// Runs every *.test.ts below the given folders, one process a file, and passes only if each file
// reported at least one test and all of its tests passed. uvu alone exits 0 when a hook throws,
// when a file forgets test.run(), and when a pattern matches nothing.
import { spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

const LIMIT_MS = Number(process.env['TEST_LIMIT_MS'] ?? 180_000);
/** Seconds from which on it is told how many a file took. */
const SLOW = 5;
const skipIsFailure = process.env['CI'] === 'true';

/** @param {string} folder @returns {Promise<string[]>} */
async function testFiles(folder) {
  if (folder.endsWith('.test.ts')) return [resolve(folder)];
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = await Promise.all(
    entries
      .filter((entry) => entry.name !== 'node_modules' && entry.name !== 'dist')
      .map((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return testFiles(path);
        return entry.name.endsWith('.test.ts') ? [resolve(path)] : [];
      }),
  );
  return nested.flat().toSorted();
}

/**
 * Takes away what a test file left in the system's temporary directory, and returns its names: see temporaryPrefix of
 * tools/testing.
 * @param {number | undefined} pid
 */
function takeLeftovers(pid) {
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith(`ctrkit-test-${pid}-`));
  for (const name of left) {
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Something is mounted in it, or still at work in it: the file has failed anyway.
    }
  }
  return left;
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * Ends a test file and all that it started in its group. What left the group may still hold the pipes: they are let go.
 * @param {import('node:child_process').ChildProcess} child
 */
function endGroup(child) {
  try {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
  } catch {
    // The group has ended by itself.
  }
  child.stdout?.destroy();
  child.stderr?.destroy();
}

for (const [signal, code] of /** @type {const} */ ([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])) {
  process.on(signal, () => {
    for (const child of running) endGroup(child);
    process.exit(code);
  });
}

/**
 * Runs one file.
 * @param {string} file
 * @returns {Promise<{file: string, passed: number, failed: number, skipped: number, why: string[], output: string}>}
 */
function runFile(file) {
  return new Promise((done) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--conditions=@ctrkit/source', file],
      // A group of its own, so that a test that hangs is stopped with all it started.
      { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, NO_COLOR: '1' } },
    );
    let output = '';
    let timedOut = false;
    running.add(child);
    const timer = setTimeout(() => {
      timedOut = true;
      endGroup(child);
    }, LIMIT_MS);
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      const count = (/** @type {string} */ word) =>
        [...output.matchAll(new RegExp(`^  ${word}: +(\\d+)$`, 'gm'))].reduce(
          (sum, match) => sum + Number(match[1]),
          0,
        );
      const [total, passed, skipped] = [count('Total'), count('Passed'), count('Skipped')];
      const skips = [...output.matchAll(/^SKIP (.*)$/gm)].map((match) => match[1] ?? '');
      const why = [];
      if (timedOut) why.push(`ran longer than ${LIMIT_MS / 1000} s`);
      else if (code !== 0) why.push(signal === null ? `exit code ${code}` : `killed by ${signal}`);
      if (!/^ {2}Total: /m.test(output)) why.push('did not report: is test.run() there?');
      else if (total === 0 && skips.length === 0) why.push('reported no test');
      const left = takeLeftovers(child.pid);
      if (left.length > 0) why.push(`left ${left.join(', ')}`);
      const failed = Math.max(total - passed - skipped, why.length > 0 ? 1 : 0);
      done({
        file,
        passed,
        failed,
        skipped: skipped + skips.length,
        why: [...why, ...skips.map((s) => `skipped: ${s}`)],
        output,
      });
    });
  });
}

const folders = process.argv.slice(2);
const files = (await Promise.all(folders.map(testFiles))).flat();
if (files.length === 0) {
  process.stderr.write(
    `run-tests: no *.test.ts below ${folders.join(', ') || '(no folder given)'}\n`,
  );
  process.exit(1);
}

const results = [];
const queue = [...files];
async function worker() {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const began = Date.now();
    const result = await runFile(file);
    results.push(result);
    const seconds = Math.round((Date.now() - began) / 1000);
    const bad = result.failed > 0 || (skipIsFailure && result.skipped > 0);
    const name = relative(process.cwd(), file);
    process.stdout.write(
      `${bad ? 'FAIL' : 'ok  '} ${name}  ${result.passed} passed` +
        (result.skipped > 0 ? `, ${result.skipped} skipped` : '') +
        (seconds >= SLOW ? `, ${seconds} s` : '') +
        (result.why.length > 0 ? ` (${result.why.join('; ')})` : '') +
        '\n',
    );
    if (bad) process.stdout.write(result.output.replaceAll(/^/gm, '     ') + '\n');
  }
}
// Live tests share the machine's cgroups and loop devices by unique names, so files may run side by side.
await Promise.all(Array.from({ length: Math.min(availableParallelism(), files.length) }, worker));

const sum = (/** @type {'passed'|'failed'|'skipped'} */ key) =>
  results.reduce((n, r) => n + r[key], 0);
process.stdout.write(
  `\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped\n`,
);
const ok = results.every((r) => r.failed === 0 && (!skipIsFailure || r.skipped === 0));
process.exit(ok && sum('passed') > 0 ? 0 : 1);
