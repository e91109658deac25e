import { posix } from 'node:path';
import type { Instruction, ListInstruction, PairsInstruction } from '../dockerfile/instruction.ts';
import { writtenKeyword } from './finding.ts';
import type { Linted, Report } from './finding.ts';
import type { LintOptions } from './lint-options.ts';
import type { StageState } from './stage-state.ts';

/** The rules of one instruction of a stage; `written` is it before its variables were put in. */
export function lintInstruction(
  written: Instruction,
  instruction: Instruction,
  state: StageState,
  { isIgnored }: Pick<LintOptions, 'isIgnored'>,
  report: Report,
): void {
  switch (instruction.keyword) {
    case 'ADD':
      return lintSources(instruction, 'Add', localOf(instruction.sources), isIgnored, report);
    case 'COPY':
      if (instruction.from !== undefined) return undefined;
      return lintSources(instruction, 'Copy', instruction.sources, isIgnored, report);
    case 'CMD':
    case 'ENTRYPOINT':
      lintOnce(instruction, state, report);
      if (instruction.command.form === 'shell' && !state.hasShell) lintJson(instruction, report);
      return undefined;
    case 'HEALTHCHECK':
      return lintOnce(instruction, state, report);
    case 'ENV':
      for (const [name] of instruction.pairs) lintSecret(instruction, name, report);
      return lintFormat(written, report);
    case 'LABEL':
      return lintFormat(written, report);
    case 'EXPOSE':
      return lintPorts(instruction, report);
    case 'MAINTAINER': {
      const message = 'Maintainer instruction is deprecated in favor of using label';
      return report.add('MaintainerDeprecated', instruction, message);
    }
    case 'SHELL':
      state.hasShell = true;
      return undefined;
    case 'WORKDIR':
      if (!state.hasWorkdir && !instruction.value.startsWith('/')) {
        const path = JSON.stringify(instruction.value);
        const message = `Relative workdir ${path} can have unexpected results if the base image changes`;
        report.add('WorkdirRelativePath', instruction, message);
      }
      state.hasWorkdir = true;
      return undefined;
    default:
      return undefined;
  }
}

const isFetched = (source: string): boolean =>
  /^(?:https?:\/\/|git@|git:\/\/|ssh:\/\/|github\.com\/)/.test(source);

function localOf(sources: readonly string[]): string[] {
  return sources.filter((source) => !isFetched(source));
}

function lintSources(
  instruction: Linted,
  verb: 'Add' | 'Copy',
  sources: readonly string[],
  isIgnored: LintOptions['isIgnored'],
  report: Report,
): void {
  for (const source of sources) {
    const path = posix.normalize(source).replace(/(?<=.)\/$/, '');
    if (isIgnored?.(path === '/' ? '.' : path) !== true) continue;
    const shown = JSON.stringify(path);
    const message = `Attempting to ${verb} file ${shown} that is excluded by .dockerignore`;
    report.add('CopyIgnoredFile', instruction, message);
  }
}

// Of the one before it, which counts for nothing.
function lintOnce(instruction: Linted, { last }: StageState, report: Report): void {
  const before = last.get(instruction.keyword);
  const word = writtenKeyword(instruction);
  if (before !== undefined) {
    const message = `Multiple ${word} instructions should not be used in the same stage because only the last one will be used`;
    report.add('MultipleInstructionsDisallowed', before, message);
  }
  last.set(instruction.keyword, instruction);
}

function lintJson(instruction: Linted, report: Report): void {
  const word = writtenKeyword(instruction);
  const message = `JSON arguments recommended for ${word} to prevent unintended behavior related to OS signals`;
  report.add('JSONArgsRecommended', instruction, message);
}

const DENIED = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
const ALLOWED = /(?:_|^)(?:public|file|version)(?:_|$)/i;

/** SecretsUsedInArgOrEnv, by a variable's name. */
export function lintSecret(instruction: Linted, name: string, report: Report): void {
  if (!DENIED.test(name) || ALLOWED.test(name)) return;
  const what = `${instruction.keyword} ${JSON.stringify(name)}`;
  const message = `Do not use ARG or ENV instructions for sensitive data (${what})`;
  report.add('SecretsUsedInArgOrEnv', instruction, message);
}

// As written `NAME value`, the name is a word without an equals sign.
function lintFormat(instruction: Linted, report: Report): void {
  const { pairs } = instruction as PairsInstruction;
  const word = writtenKeyword(instruction);
  const [name = ''] = pairs[0] ?? [];
  const behind = instruction.text.slice(word.length).trimStart();
  if (pairs.length !== 1 || behind.startsWith(`${name}=`)) return;
  const message = `"${word} key=value" should be used instead of legacy "${word} key value" format`;
  report.add('LegacyKeyValueFormat', instruction, message);
}

function lintPorts(instruction: ListInstruction, report: Report): void {
  for (const port of instruction.values) {
    const parts = port.split(':');
    const [, protocol = ''] = (parts.at(-1) ?? '').split('/');
    if (!['', 'tcp', 'udp', 'sctp'].includes(protocol.toLowerCase())) continue;
    if (protocol !== protocol.toLowerCase()) {
      const message = `Defined protocol '${port}' in EXPOSE instruction should be lowercase`;
      report.add('ExposeProtoCasing', instruction, message);
    }
    if (parts.length > 1) {
      const message = `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`;
      report.add('ExposeInvalidFormat', instruction, message);
    }
  }
}
