import { legacyRenderer } from './legacy.ts';
import type { Renderer } from './renderer.ts';

/** Nothing, but all that the classic lines would have been when the build fails: as docker has it with `--quiet`. */
export function quietRenderer(): Renderer {
  const legacy = legacyRenderer();
  let kept: Uint8Array[] = [];
  let length = 0;
  const keep = (text: string | Uint8Array): void => {
    const bytes = Buffer.from(text);
    kept.push(bytes);
    length += bytes.length;
    if (length < 2 * MOST) return;
    const all = Buffer.concat(kept);
    kept = [all.subarray(all.length - MOST)];
    length = MOST;
  };
  return {
    event: (event) => {
      keep(legacy.event(event));
      return '';
    },
    end: (error) => {
      keep(legacy.end(error));
      return error === undefined ? '' : Buffer.concat(kept);
    },
  };
}

/** The end is what tells why. */
const MOST = 1024 * 1024;
