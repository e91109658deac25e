import { parsePlatform } from '@ctrkit/oci';
import type { Step } from '../build-event.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { imageIdOf } from '../state.ts';
import type { State } from '../state.ts';
import type { World } from '../world.ts';
import { emptyState, imageState } from './base.ts';
import { placed } from './located-error.ts';
import { numberSteps } from './number-steps.ts';
import { parseTrigger } from './parse-trigger.ts';
import type { PlannedStage } from './plan-stages.ts';
import { Scope } from './scope.ts';
import { stageSources } from './stage-sources.ts';
import { StepRunner } from './step-runner.ts';

/** What all stages of a Dockerfile are built from. */
export interface Plan {
  readonly stages: readonly PlannedStage[];
  readonly steps: ReadonlyMap<number, readonly Step[]>;
  /** The arguments before the first FROM. */
  readonly variables: ReadonlyMap<string, string>;
}

/** Builds stages, each once and as soon as somebody needs it. */
export class StageBuilder {
  readonly #world: World;
  readonly #plan: Plan;
  readonly #started = new Map<number, Promise<State>>();
  /** Of the stages that are built: what one leaves is there for those that begin with it. */
  readonly #scopes = new Map<number, Scope>();

  constructor(world: World, plan: Plan) {
    this.#world = world;
    this.#plan = plan;
  }

  /** The state at the end of a stage. */
  stage(index: number): Promise<State> {
    const started = this.#started.get(index) ?? this.#build(index);
    this.#started.set(index, started);
    return started;
  }

  async #build(index: number): Promise<State> {
    const planned = this.#plan.stages[index];
    const [first, ...steps] = this.#plan.steps.get(index) ?? this.#lateSteps(index);
    if (planned === undefined || first === undefined) throw new RangeError(`no stage ${index}`);
    const base = await this.#begin(planned, first);
    const scope = this.#scope(planned);
    this.#scopes.set(index, scope);
    const source = stageSources(this.#world, planned, first, (other) => this.stage(other));
    const runner = new StepRunner({ world: this.#world, planned, scope, source });
    const { OnBuild = [], ...config } = base.config;
    let state: State = { ...base, config };
    // Before the stage's own instructions, as if they stood there.
    for (const trigger of OnBuild) {
      const step = { ...first, text: `ONBUILD ${trigger}` };
      state = await runner.run(this.#trigger(trigger, planned, step), state, step);
    }
    for (const [at, instruction] of planned.stage.instructions.entries()) {
      state = await runner.run(instruction, state, steps[at] ?? first);
    }
    return state;
  }

  #scope({ base }: PlannedStage): Scope {
    const { options } = this.#world;
    const { dockerfile, buildArgs = new Map<string, string>() } = options;
    const inherited = base.type === 'stage' ? this.#scopes.get(base.index) : undefined;
    return new Scope(buildArgs, this.#plan.variables, { dockerfile }, inherited);
  }

  // Of a stage that only the trigger of a base asks for, which nobody knows before the base is there: after all the others.
  #lateSteps(index: number): readonly Step[] {
    const { stages, steps } = this.#plan;
    const planned = [...steps.values()].flat().length;
    const own = numberSteps(stages, new Set([index])).get(index) ?? [];
    return own.map((step) => ({ ...step, number: planned + step.number, total: planned + step.total })); // prettier-ignore
  }

  #trigger(text: string, { stage: { from } }: PlannedStage, step: Step): Instruction {
    try {
      return parseTrigger(text, from);
    } catch (error) {
      throw placed(this.#world, step, from, error);
    }
  }

  async #begin(planned: PlannedStage, step: Step): Promise<State> {
    const { emit } = this.#world;
    emit({ type: 'step-started', step });
    try {
      const state = await this.#base(planned, step);
      this.#world.recorder.base(step, state.filesKey);
      // What nothing has been done to is the image itself, whatever its configuration would become by our hands.
      const imageId = () => (planned.base.type === 'stage' ? imageIdOf(state) : state.baseId);
      emit({ type: 'step-done', step, isCached: true, imageId });
      return state;
    } catch (error) {
      throw placed(this.#world, step, planned.stage.from, error);
    }
  }

  async #base({ base, from }: PlannedStage, step: Step): Promise<State> {
    const platform = from.platform === undefined ? this.#world.platform : parsePlatform(from.platform); // prettier-ignore
    if (base.type === 'stage') return await this.stage(base.index);
    if (base.type === 'scratch') return emptyState(platform);
    return await imageState(this.#world, base.name, { platform, step });
  }
}
