import { expandWord, OciError } from '@ctrkit/oci';
import type { Variables } from '@ctrkit/oci';
import { BuildError } from '../build-error.ts';
import { closest } from '../dockerfile/closest.ts';
import { expandInstruction } from '../dockerfile/expand-instruction.ts';
import type { ArgInstruction, Dockerfile, Instruction, Stage } from '../dockerfile/instruction.ts';
import type { Report } from './finding.ts';
import { lintInstruction, lintSecret } from './instructions.ts';
import type { LintOptions } from './lint-options.ts';
import { firstState, inheritedState } from './stage-state.ts';
import type { StageState } from './stage-state.ts';

type Options = LintOptions & Required<Pick<LintOptions, 'buildArguments'>>;

interface Context {
  readonly dockerfile: Dockerfile;
  readonly globals: Variables;
  readonly options: Options;
  readonly report: Report;
}

/** The rules of what stands in a stage, with the variables that hold there. */
export function lintStages(
  dockerfile: Dockerfile,
  globals: Variables,
  options: Options,
  report: Report,
): void {
  const context: Context = { dockerfile, globals, options, report };
  const byName = new Map<string, StageState>();
  for (const stage of dockerfile.stages) {
    const state = stateOf(stage, byName, context);
    for (const instruction of stage.instructions) step(instruction, state, context);
    if (stage.from.as !== undefined) byName.set(stage.from.as, state);
  }
}

function stateOf(
  { from }: Stage,
  byName: ReadonlyMap<string, StageState>,
  { dockerfile, globals, options }: Context,
): StageState {
  const image = expandOrSame(from.image, globals, dockerfile);
  const base = byName.get(image.toLowerCase());
  if (base !== undefined) return inheritedState(base);
  return firstState(image === 'scratch' ? new Map() : options.variablesOf?.(image));
}

function expandOrSame(text: string, variables: Variables, { directives }: Dockerfile): string {
  try {
    return expandWord(text, variables, { escape: directives.escape });
  } catch (error) {
    if (error instanceof OciError) return text;
    throw error;
  }
}

function step(instruction: Instruction, state: StageState, context: Context): void {
  if (instruction.keyword === 'ARG') return stepArgument(instruction, state, context);
  const expanded = expandOrNone(instruction, state, context);
  if (expanded === undefined) return;
  lintInstruction(instruction, expanded, state, context.options, context.report);
  if (expanded.keyword === 'ENV') {
    for (const [name, value] of expanded.pairs) state.variables.set(name, value);
  }
}

function stepArgument(instruction: ArgInstruction, state: StageState, context: Context): void {
  const { options, globals, report } = context;
  for (const argument of instruction.args) {
    const { name } = argument;
    lintSecret(instruction, name, report);
    const given = options.buildArguments.get(name);
    const one = { ...instruction, args: [argument] };
    const expanded = given === undefined ? expandOrNone(one, state, context) : undefined;
    const value = given ?? expanded?.args[0]?.value ?? globals.get(name);
    if (value !== undefined) state.variables.set(name, value);
    state.declared.add(name);
  }
}

// What cannot be expanded the build refuses.
function expandOrNone<I extends Instruction>(
  instruction: I,
  state: StageState,
  { dockerfile, report }: Context,
): I | undefined {
  const unset = new Set<string>();
  const onVariable = (name: string, isSet: boolean): void => void (isSet || unset.add(name));
  try {
    return expandInstruction(instruction, state.variables, { dockerfile, onVariable });
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  } finally {
    // Docker leaves EXPOSE out.
    if (state.isKnown && instruction.keyword !== 'EXPOSE') {
      lintUndefined(instruction, unset, state, report);
    }
  }
}

function lintUndefined(
  instruction: Instruction,
  unset: ReadonlySet<string>,
  { variables, declared }: StageState,
  report: Report,
): void {
  for (const name of unset) {
    // The default of every container.
    if (declared.has(name) || name === 'PATH') continue;
    const near = closest(name, [...variables.keys(), 'PATH']);
    const advice = near === undefined ? '' : ` (did you mean $${near}?)`;
    report.add('UndefinedVar', instruction, `Usage of undefined variable '$${name}'${advice}`);
  }
}
