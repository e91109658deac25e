import type { Variables } from '@ctrkit/oci';
import type { Linted } from './finding.ts';

/** What holds at one place of a stage. */
export interface StageState {
  readonly variables: Map<string, string>;
  /** Whether the variables of the image that it begins with are among them. */
  readonly isKnown: boolean;
  /** Names that an ARG declares, with a value or without. */
  readonly declared: Set<string>;
  hasShell: boolean;
  hasWorkdir: boolean;
  /** The last CMD, ENTRYPOINT and HEALTHCHECK. */
  readonly last: Map<string, Linted>;
}

export function firstState(variables: Variables | undefined): StageState {
  return {
    variables: new Map(variables),
    isKnown: variables !== undefined,
    declared: new Set(),
    hasShell: false,
    hasWorkdir: false,
    last: new Map(),
  };
}

/** Of a stage that begins where another ends. */
export function inheritedState(base: StageState): StageState {
  return {
    ...base,
    variables: new Map(base.variables),
    declared: new Set(base.declared),
    last: new Map(),
  };
}
