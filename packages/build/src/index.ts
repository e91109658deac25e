export { BuildError } from './build-error.ts';
export type { BuildErrorCode, BuildErrorFields } from './build-error.ts';
export type { BuildEvent, MissReason, Step } from './build-event.ts';
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
export { parseDockerfile } from './dockerfile/parse-dockerfile.ts';
export { parseInstruction } from './dockerfile/parse-instruction.ts';
export type { Position, Range } from './dockerfile/range.ts';
export { runScript } from './dockerfile/run-script.ts';
export type { RunScript } from './dockerfile/run-script.ts';
export type { Finding } from './lint/finding.ts';
export { lintDockerfile } from './lint/lint-dockerfile.ts';
export type { LintOptions, LintResult } from './lint/lint-dockerfile.ts';
export type { RuleName } from './lint/rules.ts';
