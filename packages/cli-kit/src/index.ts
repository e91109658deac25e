export { runCli } from './run-cli.ts';
export { runCommandLine } from './run-command-line.ts';
export type { Host } from './context.ts';
export { defineCommand } from './command.ts';
export type { Cli, Command, CommandEntry, CommandInput, Context } from './command.ts';
export type { Option, Options, Values } from './options.ts';
export type { Operands } from './operands.ts';
export { CliError, type CliErrorCode } from './cli-error.ts';
export { formatError, formatErrorJson } from './format-error.ts';
export type { Output } from './output.ts';
export { createOutput } from './output.ts';
export { parseBytes, formatBytes, formatBinaryBytes } from './sizes.ts';
export { formatAge, formatDuration } from './durations.ts';
export { filterOption, type FilterPair } from './filters.ts';
export { parseTimeArgument } from './time-argument.ts';
export { formatTable, type Column } from './table.ts';
export { formatOption, printRows, type RowFormat } from './print-rows.ts';
export { executeTemplate, formatList, parseTemplate, quote } from './template/index.ts';
export type { ExecuteOptions, ListSettings, Template, TemplateErrors } from './template/index.ts';
export { liveText, type LiveText } from './live-text.ts';
export {
  canDraw,
  createProgress,
  progressOption,
  type Progress,
  type ProgressMode,
} from './progress.ts';
export type { LayerEvent, MessageEvent, ProgressEvent, RateLimitEvent } from './progress-event.ts';
export { openPrompt, type Prompt } from './prompt.ts';
export { loginOptions, readLogin, type GivenLogin, type Login } from './read-login.ts';
export { printable, printableLine } from './printable.ts';
export { rootDirectory, runDirectory } from './directories.ts';
