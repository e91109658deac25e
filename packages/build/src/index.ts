export { buildImage } from './build-image.ts';
export type { BuildOptions, FailedRun, GivenContext, Secret } from './build-options.ts';
export type { CachePlace, CacheTarget } from './cache/cache-place.ts';
export type { BuildResult } from './build-result.ts';
export type { Output, WriteBytes } from './output/output.ts';
export { from } from './scripted/scripted-image.ts';
export type { ScriptedImage } from './scripted/scripted-image.ts';
export type { CommitScriptedOptions } from './scripted/commit-options.ts';
export type {
  AddOptions,
  ConfigChanges,
  CopyOptions,
  RunOptions,
} from './scripted/instructions.ts';
export { BuildError } from './build-error.ts';
export type { BuildErrorCode, BuildErrorFields } from './build-error.ts';
export type { BuildEvent, MissReason, Step } from './build-event.ts';
export { openDirectoryContext } from './context/directory-context.ts';
export type { Context, DirectoryContextOptions } from './context/directory-context.ts';
export { openArchiveOf } from './context/archive.ts';
export { bytesOfFile } from './context/bytes-of-file.ts';
export { parseContextSource, parseNamedContext } from './context/context-source.ts';
export type { ContextSource, NamedContext } from './context/context-source.ts';
export { fetchForAdd } from './context/fetch-for-add.ts';
export type { FetchedFile, FetchForAddOptions } from './context/fetch-for-add.ts';
export { openGitContext } from './context/git-context.ts';
export type { GitContextOptions } from './context/git-context.ts';
export { parseGitRemote } from './context/git-remote.ts';
export type { GitRemote } from './context/git-remote.ts';
export { openContext } from './context/open-context.ts';
export type { OpenContextOptions } from './context/open-context.ts';
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
  unusedArguments,
} from './dockerfile/arguments.ts';
export type { BuildArguments, Platforms } from './dockerfile/arguments.ts';
export { expandInstruction } from './dockerfile/expand-instruction.ts';
export type { ExpandOptions } from './dockerfile/expand-instruction.ts';
export type * from './dockerfile/instruction.ts';
export { parseFields } from './dockerfile/csv-fields.ts';
export { parseDockerfile } from './dockerfile/parse-dockerfile.ts';
export { parseInstruction } from './dockerfile/parse-instruction.ts';
export type { Position, Range } from './dockerfile/range.ts';
export { runScript } from './dockerfile/run-script.ts';
export type { RunScript } from './dockerfile/run-script.ts';
export type { Finding } from './lint/finding.ts';
export { lintDockerfile } from './lint/lint-dockerfile.ts';
export type { LintResult } from './lint/lint-dockerfile.ts';
export type { LintOptions } from './lint/lint-options.ts';
export type { RuleName } from './lint/rules.ts';
