import { spawn } from 'node:child_process';
import { checkout } from './checkout.mjs';
import { Problem } from './problem.mjs';

/**
 * Runs a program in the checkout without a word; when it fails, throws a Problem with what it said.
 * @param {string} file
 * @param {string[]} args
 * @param {{env?: Record<string, string>}} [options] env adds to the environment
 * @returns {Promise<string>} its standard output and error, as they came
 */
export function runQuietly(file, args, { env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: checkout,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const command = [file, ...args].join(' ');
    child.on('error', (error) => reject(new Problem(`${command}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Problem(`${command} failed (${signal ?? `exit code ${code}`})`, output));
    });
  });
}
