import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { checkout, inCheckout } from './checkout.mjs';
import { commands, linkCommands } from './link-commands.mjs';
import { runQuietly } from './run-quietly.mjs';
import { say } from './say.mjs';
import { sourceStamp } from './source-stamp.mjs';

const cache = inCheckout('node_modules', '.cache', 'ctrkit');
const stampFile = `${cache}/built`;

/** Whether what the build makes is there: a clean-up by hand leaves the stamp. */
function isComplete() {
  const made = [
    inCheckout('packages', 'syscalls', 'dist', 'ctr-helper'),
    inCheckout('packages', 'syscalls', 'dist', 'ctr-child.node'),
    inCheckout('tools', 'hello-world', 'dist', 'layout', 'index.json'),
    ...commands().flatMap(({ file, link }) => [file, link]),
  ];
  return made.every((path) => existsSync(path));
}

/** Builds everything unless no source has changed since the last build. */
export async function build() {
  const stamp = sourceStamp(checkout);
  const built = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
  if (built === stamp && isComplete()) return;
  say('Building …');
  // No daemon: nothing stays behind.
  const colour = process.stderr.isTTY ? undefined : { FORCE_COLOR: '0' };
  const env = { NX_DAEMON: 'false', NX_TUI: 'false', ...colour };
  await runQuietly('npx', ['--no-install', 'nx', 'run-many', '-t', 'build'], { env });
  linkCommands();
  mkdirSync(cache, { recursive: true });
  writeFileSync(stampFile, stamp);
}
