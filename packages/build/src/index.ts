export { buildImage } from './build-image.ts';
export type { BuildOptions, NamedContext, Secret } from './build-options.ts';
export type { BuildResult } from './build-result.ts';
export { BuildError } from './build-error.ts';
export type { BuildErrorCode, BuildErrorFields } from './build-error.ts';
export type { BuildEvent, MissReason, Step } from './build-event.ts';
export { openDirectoryContext } from './context/directory-context.ts';
export type { Context, DirectoryContextOptions } from './context/directory-context.ts';
export { openTreeSource } from './context/tree-source.ts';
export type { TreeSourceOptions } from './context/tree-source.ts';
export { readIgnoreLines } from './ignore/ignore-lines.ts';
export type { Match, SelectedEntry, Selection, SourceTree, Wanted } from './context/source.ts';
export {
  defaultOf,
  globalArguments,
  isProxyArgument,
  platformArguments,
  proxyEnvironment,
} from './dockerfile/arguments.ts';
export type { BuildArguments, Platforms } from './dockerfile/arguments.ts';
export { expandInstruction } from './dockerfile/expand-instruction.ts';
export type { ExpandOptions } from './dockerfile/expand-instruction.ts';
export type * from './dockerfile/instruction.ts';
export { parseDockerfile } from './dockerfile/parse-dockerfile.ts';
export { parseInstruction } from './dockerfile/parse-instruction.ts';
export type { Position, Range } from './dockerfile/range.ts';
export { runScript } from './dockerfile/run-script.ts';
export type { RunScript } from './dockerfile/run-script.ts';
