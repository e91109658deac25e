#!/usr/bin/env node
// Bundles src/bin.ts of the package in the working directory into dist/bin.js, with one chunk for
// each command that is imported when it is used: a command starts twice as fast from few files.
import { chmod, readFile, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
await rm('dist/chunks', { recursive: true, force: true });
await build({
  entryPoints: ['src/bin.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  conditions: ['@ctrkit/source'],
  define: { 'process.env.CTRKIT_VERSION': JSON.stringify(version) },
  // CommonJS dependencies expect these.
  banner: {
    js: `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`,
  },
  minifySyntax: true,
  legalComments: 'linked',
  logLevel: 'warning',
});
await chmod('dist/bin.js', 0o755);
