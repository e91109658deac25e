// npm test [-- [--no-install] [FOLDER|FILE …]]: sets up what the tests need and runs them.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { build } from './lib/build.mjs';
import { checkMachine, checkNode } from './lib/check-machine.mjs';
import { checkout, inCheckout } from './lib/checkout.mjs';
import { debianPackages } from './lib/debian-packages.mjs';
import { install } from './lib/install.mjs';
import { Problem, runMain } from './lib/problem.mjs';

/** @param {string[]} args */
function parse(args) {
  const flags = args.filter((arg) => arg.startsWith('-'));
  const folders = args.filter((arg) => !arg.startsWith('-'));
  const unknown = flags.find((flag) => flag !== '--no-install');
  if (unknown !== undefined) {
    throw new Problem(`unknown flag: ${unknown}; npm test [-- [--no-install] [FOLDER …]]`);
  }
  const absent = folders.find((folder) => !existsSync(inCheckout(folder)) && !existsSync(folder));
  if (absent !== undefined) throw new Problem(`${absent}: no such folder or file`);
  return { install: flags.length === 0, folders };
}

/** @param {string[]} folders @returns {Promise<number>} */
function runTests(folders) {
  return new Promise((resolve, reject) => {
    const runner = inCheckout('tools', 'runner', 'src', 'run-tests.mjs');
    const child = spawn(process.execPath, [runner, ...folders], {
      cwd: checkout,
      stdio: 'inherit',
    });
    // Ctrl-C reaches the runner by itself; either way this waits until it has ended its tests.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

await runMain('npm test', async () => {
  checkNode();
  const { install: mayInstall, folders } = parse(process.argv.slice(2));
  await debianPackages({ install: mayInstall });
  checkMachine();
  await install();
  await build();
  return runTests(folders.length > 0 ? folders : ['packages', 'tools']);
});
