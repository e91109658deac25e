import { expandWord, OciError, parsePlatform, parseReference } from '@ctrkit/oci';
import type { Platform, Variables } from '@ctrkit/oci';
import { globalArguments } from '../dockerfile/arguments.ts';
import { BuildError } from '../build-error.ts';
import { closest } from '../dockerfile/closest.ts';
import type { Dockerfile, FromInstruction } from '../dockerfile/instruction.ts';
import type { Report } from './finding.ts';

interface Word {
  readonly result: string;
  readonly set: ReadonlySet<string>;
  readonly unset: ReadonlySet<string>;
}

/** UndefinedArgInFrom, RedundantTargetPlatform, FromPlatformFlagConstDisallowed, InvalidDefaultArgInFrom. */
export function lintFromWords(
  dockerfile: Dockerfile,
  globals: Variables,
  predefined: Variables,
  report: Report,
): void {
  const { escape } = dockerfile.directives;
  const declared = dockerfile.args.flatMap(({ args }) => args.map(({ name }) => name));
  const known = [...new Set([...declared, ...globals.keys()])];
  for (const { from } of dockerfile.stages) {
    const image = expandOrNone(from.image, globals, escape);
    lintUndefined(from, image, known, report);
    if (from.platform === undefined) continue;
    const platform = expandOrNone(from.platform, globals, escape);
    lintUndefined(from, platform, known, report);
    lintPlatform(from, from.platform, platform, globals, report);
  }
  lintDefaults(dockerfile, predefined, report);
}

function expandOrNone(
  text: string,
  variables: Variables,
  escape: Dockerfile['directives']['escape'],
): Word | undefined {
  const [set, unset] = [new Set<string>(), new Set<string>()];
  const onVariable = (name: string, isSet: boolean): void => void (isSet ? set : unset).add(name);
  try {
    return { result: expandWord(text, variables, { escape, onVariable }), set, unset };
  } catch (error) {
    // The build says what is wrong with it.
    if (error instanceof OciError) return undefined;
    throw error;
  }
}

function lintUndefined(
  from: FromInstruction,
  word: Word | undefined,
  known: readonly string[],
  report: Report,
): void {
  for (const name of word?.unset ?? []) {
    if (known.includes(name)) continue;
    const near = closest(name, known);
    const advice = near === undefined ? '' : ` (did you mean ${near}?)`;
    report.add('UndefinedArgInFrom', from, `FROM argument '${name}' is not declared${advice}`);
  }
}

function lintPlatform(
  from: FromInstruction,
  written: string,
  word: Word | undefined,
  globals: Variables,
  report: Report,
): void {
  if (word === undefined) return;
  const { result, set, unset } = word;
  const isTarget = set.size === 1 && unset.size === 0 && set.has('TARGETPLATFORM');
  if (isTarget && result === globals.get('TARGETPLATFORM')) {
    const message = `Setting platform to predefined ${written} in FROM is redundant as this is the default behavior`;
    report.add('RedundantTargetPlatform', from, message);
  }
  const platform = platformOrNone(result);
  if (set.size > 0 || unset.size > 0 || platform === undefined) return;
  const { as = '' } = from;
  if (as.includes(platform.os) || as.includes(platform.architecture)) return;
  const message = `FROM --platform flag should not use constant value ${JSON.stringify(result)}`;
  report.add('FromPlatformFlagConstDisallowed', from, message);
}

function platformOrNone(text: string): Platform | undefined {
  try {
    return parsePlatform(text);
  } catch (error) {
    if (error instanceof OciError) return undefined;
    throw error;
  }
}

function lintDefaults(dockerfile: Dockerfile, predefined: Variables, report: Report): void {
  const { escape } = dockerfile.directives;
  const defaults = defaultsOrNone(dockerfile, predefined);
  if (defaults === undefined) return;
  for (const { from } of dockerfile.stages) {
    const word = expandOrNone(from.image, defaults, escape);
    if (word === undefined) return;
    if (isReference(word.result)) continue;
    const message = `Default value for ARG ${from.image} results in empty or invalid base image name`;
    report.add('InvalidDefaultArgInFrom', from, message);
  }
}

function defaultsOrNone(dockerfile: Dockerfile, predefined: Variables): Variables | undefined {
  try {
    return globalArguments(dockerfile, predefined, new Map());
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}

function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch (error) {
    if (error instanceof OciError) return false;
    throw error;
  }
}
