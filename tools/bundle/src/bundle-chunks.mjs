import { chmod } from 'node:fs/promises';
import { rolldown } from 'rolldown';
import { inputOptions, outputOptions } from './rolldown-options.mjs';

/**
 * A command starts twice as fast from few files, and loads only the chunks of what it does: rolldown cuts them by what
 * is used, not by file.
 * @param {string} version of the package
 */
export async function bundleChunks(version) {
  const bundle = await rolldown(inputOptions(version));
  await bundle.write(outputOptions);
  await bundle.close();
  await chmod('dist/bundle/bin.cjs', 0o755);
}
