export { checkout } from './files.ts';
export { foreignPaths } from './foreign-paths.ts';
export { importViolations, importsOf } from './imports.ts';
export { brokenLinks } from './links.ts';
export { unlistedCommands } from './needed-commands.ts';
export { shapeFaults } from './package-shape.ts';
export { loudLibraries } from './quiet-libraries.ts';
export { cFunctions, sizeViolations } from './sizes.ts';
export { stripComments } from './strip-comments.ts';
