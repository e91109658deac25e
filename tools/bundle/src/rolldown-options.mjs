/**
 * How every program is bundled, from the sources of all packages.
 * @param {string} version of the package
 * @returns {import('rolldown').InputOptions}
 */
export function inputOptions(version) {
  return {
    input: 'src/bin.ts',
    platform: 'node',
    resolve: { conditionNames: ['@ctrkit/source', 'node', 'import', 'default'] },
    transform: {
      target: 'node20.19',
      define: { 'process.env.CTRKIT_VERSION': JSON.stringify(version) },
    },
    logLevel: 'warn',
  };
}

/** @type {import('rolldown').OutputOptions} */
export const outputOptions = {
  dir: 'dist/bundle',
  // Node loads these without its ES module loader, which halves what starting costs beyond Node itself.
  format: 'cjs',
  entryFileNames: 'bin.cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
  // Node's modules too: its ES module loader is slow to start, and a script of ours has none.
  dynamicImportInCjs: false,
  // Names stay: they are in the traces of --debug.
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
};
