import { posix } from 'node:path';
import { execForm, expandWord, expandWords, splitWords } from '@ctrkit/oci';
import type { ImageRunConfig, Variables } from '@ctrkit/oci';
import { ImageStoreError } from '../image-store-error.ts';
import { commandOf } from './command.ts';
import { parseHealthcheck } from './health-check.ts';
import { exposedPorts } from './ports.ts';

type Instruction = (config: ImageRunConfig, text: string) => ImageRunConfig;

const instructions: ReadonlyMap<string, Instruction> = new Map<string, Instruction>([
  ['CMD', (config, text) => ({ ...config, Cmd: commandOf(text) })],
  ['ENTRYPOINT', (config, text) => ({ ...config, Entrypoint: commandOf(text) })],
  ['ENV', (config, text) => ({ ...config, Env: withVariables(config, text) })],
  [
    'EXPOSE',
    (config, text) => {
      const ports = exposedPorts(expandWords(text, variablesOf(config)));
      return { ...config, ExposedPorts: { ...config.ExposedPorts, ...ports } };
    },
  ],
  ['HEALTHCHECK', (config, text) => ({ ...config, Healthcheck: parseHealthcheck(text) })],
  [
    'LABEL',
    (config, text) => {
      const labels = Object.fromEntries(pairsOf(text, variablesOf(config)));
      return { ...config, Labels: { ...config.Labels, ...labels } };
    },
  ],
  [
    'ONBUILD',
    (config, text) => ({ ...config, OnBuild: [...(config.OnBuild ?? []), trigger(text)] }),
  ],
  ['STOPSIGNAL', (config, text) => ({ ...config, StopSignal: signal(single(config, text)) })],
  ['USER', (config, text) => ({ ...config, User: single(config, text) })],
  [
    'VOLUME',
    (config, text) => {
      const paths = execForm(text) ?? text.split(/\s+/);
      const variables = variablesOf(config);
      const volumes = paths.map((path) => [notEmpty(expandWord(path, variables)), {}]);
      return { ...config, Volumes: { ...config.Volumes, ...Object.fromEntries(volumes) } };
    },
  ],
  [
    'WORKDIR',
    (config, text) => {
      const path = posix.resolve(config.WorkingDir ?? '/', single(config, text));
      return { ...config, WorkingDir: path };
    },
  ],
]);

// Which then takes away what was there.
const mayBeEmpty: ReadonlySet<string> = new Set(['CMD', 'ENTRYPOINT']);

/**
 * A configuration changed by instructions of a Dockerfile, as `docker import --change` and `docker commit
 * --change` take them: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME,
 * WORKDIR; several in one text stand on lines of their own. Throws CHANGE_INVALID.
 * https://docs.docker.com/reference/dockerfile/
 */
export function applyChanges(config: ImageRunConfig, changes: readonly string[]): ImageRunConfig {
  return changes.flatMap(linesOf).reduce(applyChange, config);
}

function linesOf(text: string): string[] {
  const lines = text.replace(/\\\r?\n/g, '').split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

function applyChange(config: ImageRunConfig, line: string): ImageRunConfig {
  const [, word = '', text = ''] = /^(\S+)\s*([^]*)$/.exec(line) ?? [];
  const change = instructions.get(word.toUpperCase());
  if (change === undefined)
    throw invalid(line, `${word.toLowerCase()} is not a valid change command`);
  if (text === '' && !mayBeEmpty.has(word.toUpperCase()))
    throw invalid(line, `${word.toUpperCase()} requires at least one argument`);
  try {
    return change(config, text);
  } catch (cause) {
    throw invalid(line, (cause as Error).message, cause);
  }
}

function variablesOf({ Env = [] }: ImageRunConfig): Variables {
  return new Map(Env.map((one) => [nameIn(one), one.slice(one.indexOf('=') + 1)]));
}

const nameIn = (variable: string): string => variable.slice(0, variable.indexOf('='));

function withVariables(config: ImageRunConfig, text: string): string[] {
  const added = pairsOf(text, variablesOf(config));
  const kept = (config.Env ?? []).filter((one) => !added.has(nameIn(one)));
  return [...kept, ...[...added].map(([name, value]) => `${name}=${value}`)];
}

// `NAME=value NAME=value`, or, as it was first, `NAME the rest of the line`.
function pairsOf(text: string, variables: Variables): Map<string, string> {
  const [first = ''] = /^\S+/.exec(text) ?? [];
  if (!first.includes('=')) {
    const value = text.slice(first.length).trim();
    if (value === '') throw new Error(`${first}: has no value`);
    return new Map([[first, expandWord(value, variables)]]);
  }
  const pairs = splitWords(text).map((word): [string, string] => {
    const at = word.indexOf('=');
    if (at < 1) throw new Error(`${word}: is not NAME=value`);
    return [expandWord(word.slice(0, at), variables), expandWord(word.slice(at + 1), variables)];
  });
  return new Map(pairs);
}

function single(config: ImageRunConfig, text: string): string {
  return notEmpty(expandWord(text, variablesOf(config)));
}

function notEmpty(text: string): string {
  if (text.trim() === '' || text.includes('\0')) throw new Error('an empty argument');
  return text;
}

function signal(text: string): string {
  if (/^(?:\d{1,2}|[A-Z][A-Z0-9+-]{1,15})$/i.test(text)) return text;
  throw new Error(`${text}: is no signal`);
}

function trigger(text: string): string {
  const [word = ''] = text.split(/\s/, 1);
  if (!/^(?:ONBUILD|FROM|MAINTAINER)$/i.test(word)) return text;
  throw new Error(`${word.toUpperCase()} isn't allowed as an ONBUILD trigger`);
}

function invalid(line: string, why: string, cause?: unknown): ImageStoreError {
  return new ImageStoreError('CHANGE_INVALID', `--change ${JSON.stringify(line)}: ${why}`, {
    hint: 'it takes CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME, WORKDIR',
    cause,
  });
}
