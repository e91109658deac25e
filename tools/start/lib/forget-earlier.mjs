import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inCheckout } from './checkout.mjs';

const store = inCheckout('packages', 'image-store', 'dist', 'bundle', 'bin.cjs');

/**
 * Each start pulls from another port and so by another name: takes away the name that the last one
 * left, which this checkout has noted, and notes the new one. Only tidiness: where the note cannot be
 * kept, as in a checkout of another user, the names stay.
 * @param {string} image the name that was pulled now
 */
export function forgetEarlier(image) {
  const note = inCheckout('node_modules', '.cache', 'ctrkit', `started-${process.getuid?.() ?? 0}`);
  const root = process.env['CTR_ROOT'] ?? '';
  try {
    const [earlierRoot, earlier = ''] = readNote(note);
    if (earlierRoot === root && earlier !== '' && earlier !== image) {
      spawnSync(process.execPath, [store, 'rm', earlier], { stdio: 'ignore' });
    }
    mkdirSync(dirname(note), { recursive: true });
    writeFileSync(note, `${root}\n${image}\n`);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM') throw error;
  }
}

/** @param {string} path */
function readNote(path) {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return [];
    throw error;
  }
}
