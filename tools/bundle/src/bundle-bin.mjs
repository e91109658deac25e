#!/usr/bin/env node
// Bundles src/bin.ts of the package in the working directory into dist/bundle/bin.cjs and a few chunks. A command starts twice
// as fast from few files, and loads only the chunks of what it does: rolldown cuts them by what is used, not by file.
import { chmod, readFile, rm } from 'node:fs/promises';
import { rolldown } from 'rolldown';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
await rm('dist/bundle', { recursive: true, force: true });
const bundle = await rolldown({
  input: 'src/bin.ts',
  platform: 'node',
  resolve: { conditionNames: ['@ctrkit/source', 'node', 'import', 'default'] },
  transform: {
    target: 'node20.19',
    define: { 'process.env.CTRKIT_VERSION': JSON.stringify(version) },
  },
  logLevel: 'warn',
});
await bundle.write({
  dir: 'dist/bundle',
  // Node loads these without its ES module loader, which halves what starting costs beyond Node itself.
  format: 'cjs',
  entryFileNames: 'bin.cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
  // Names stay: they are in the traces of --debug.
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
});
await bundle.close();
await chmod('dist/bundle/bin.cjs', 0o755);
