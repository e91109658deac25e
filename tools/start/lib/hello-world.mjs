import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { serveRegistry } from '@ctrkit/image-store';
import { openLayout } from '@ctrkit/layout';
import { inCheckout } from './checkout.mjs';
import { forgetEarlier } from './forget-earlier.mjs';
import { say } from './say.mjs';

const ctr = inCheckout('packages', 'ctr', 'dist', 'bundle', 'bin.cjs');

/**
 * Prints what to try next; the first part works without the registry that has just ended.
 * @param {string} image
 */
function sayWhatNext(image) {
  const lines = [
    ['npx ctr images', 'the image is kept'],
    [`npx ctr run --rm ${image}`, 'so this downloads nothing'],
    [`npx ctr run --rm ${image} ls`, 'it has no ls: exit code 127'],
    [`npx image-store export ${image} -o - | tar -t`, 'an OCI layout'],
    ['npm test', ''],
  ].map(([command = '', what = '']) => `  ${command.padEnd(66)} ${what}`.trimEnd());
  say(`Try next, in this folder:

${lines.join('\n')}

and with a network:

  npx ctr run --rm busybox echo hi there
  npx registry-client pull alpine -o - | npx image-store import -
`);
}

/**
 * Runs `ctr` with our own terminal to its end.
 * @param {string[]} args
 * @returns {Promise<number>} its exit code
 */
function runCtr(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [ctr, ...args], { stdio: 'inherit' });
    // Whatever ends us ends ctr first: it decides how, and the registry is closed after it.
    const pass = (/** @type {NodeJS.Signals} */ signal) => {
      // From a terminal it has got that one already.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
    for (const signal of signals) process.on(signal, pass);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const one of signals) process.off(one, pass);
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
    });
  });
}

/**
 * Serves the hello-world image of the build on a free loopback port for as long as `ctr run` pulls
 * and runs it.
 * @returns {Promise<number>} the exit code of ctr
 */
export async function runHelloWorld() {
  const layout = await openLayout(inCheckout('tools', 'hello-world', 'dist', 'layout'));
  const registry = await serveRegistry(layout, { readOnly: true });
  try {
    const image = `localhost:${registry.port}/hello-world`;
    say(`$ ctr run --rm ${image}`);
    const code = await runCtr(['run', '--rm', image]);
    if (code === 0) {
      forgetEarlier(image);
      sayWhatNext(image);
    }
    return code;
  } finally {
    await registry.close();
  }
}
