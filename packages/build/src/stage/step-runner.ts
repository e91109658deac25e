import type { CachedStep } from '@ctrkit/image-store';
import type { Digest } from '@ctrkit/oci';
import { BuildError } from '../build-error.ts';
import type { Step } from '../build-event.ts';
import { setting } from '../cache/inputs.ts';
import { keyOf } from '../cache/key.ts';
import type { Value } from '../cache/key.ts';
import type { Sought } from '../cache/recorder.ts';
import { aliasOf, findStep, keepStep } from '../cache/step-cache.ts';
import type { Cached } from '../cache/step-cache.ts';
import { expandInstruction } from '../dockerfile/expand-instruction.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { imageIdOf } from '../state.ts';
import type { State } from '../state.ts';
import { historyEntry } from '../steps/history-entry.ts';
import type { LayerStep } from '../steps/layer-step.ts';
import { changeConfig, isMetadata } from '../steps/metadata.ts';
import type { MetadataInstruction } from '../steps/metadata.ts';
import { planLayerStep } from '../steps/plan-layer-step.ts';
import { workingDirectory } from '../steps/workdir.ts';
import { createdNow } from '../world.ts';
import type { World } from '../world.ts';
import { placed } from './located-error.ts';
import type { Place } from './place.ts';
import type { PlannedStage } from './plan-stages.ts';
import type { Scope } from './scope.ts';

export interface StepRunnerOptions {
  readonly world: World;
  readonly planned: PlannedStage;
  readonly scope: Scope;
  readonly source: Place['source'];
}

interface Made {
  readonly state: State;
  readonly isCached: boolean;
}

/** Carries out the instructions of one stage, one after the other. */
export class StepRunner {
  readonly #options: StepRunnerOptions;
  readonly #useCache: boolean;
  #cmdIsSet = false;

  constructor(options: StepRunnerOptions) {
    this.#options = options;
    const { noCache = false } = options.world.options;
    this.#useCache = !(noCache === true || (noCache !== false && noCache.some((name) => name.toLowerCase() === options.planned.name))); // prettier-ignore
  }

  /** The state after an instruction. Throws what is wrong with it, with its place. */
  async run(written: Instruction, state: State, step: Step): Promise<State> {
    const { world } = this.#options;
    world.signal.throwIfAborted();
    world.emit({ type: 'step-started', step });
    try {
      const { state: next, isCached } = await this.#carryOut(this.#expand(written, state), state, step); // prettier-ignore
      world.emit({ type: 'step-done', step, isCached, imageId: () => imageIdOf(next) });
      return next;
    } catch (error) {
      throw placed(world, step, written, error);
    }
  }

  // Of an ARG each argument sees those before it, so it is expanded where it is declared.
  #expand(instruction: Instruction, { config }: State): Instruction {
    const { world, scope } = this.#options;
    const { dockerfile, substitutes = true } = world.options;
    if (instruction.keyword === 'ARG' || !substitutes) return instruction;
    return expandInstruction(instruction, scope.variables(config.Env), { dockerfile });
  }

  async #carryOut(instruction: Instruction, state: State, step: Step): Promise<Made> {
    if (instruction.keyword === 'CMD') this.#cmdIsSet = true;
    if (instruction.keyword === 'ARG') this.#options.scope.declare(instruction, state.config.Env);
    if (isMetadata(instruction)) return await this.#changeConfig(instruction, state, step);
    const { world, scope, source } = this.#options;
    const place: Place = { world, state, scope, step, source, signal: world.signal };
    const made = await this.#makeLayer(await planLayerStep(place, instruction), state, step);
    if (instruction.keyword !== 'WORKDIR') return made;
    const WorkingDir = workingDirectory(state.config.WorkingDir, instruction.value);
    return { ...made, state: { ...made.state, config: { ...made.state.config, WorkingDir } } };
  }

  async #changeConfig(instruction: MetadataInstruction, state: State, step: Step): Promise<Made> {
    const { world } = this.#options;
    const { config, text, author } = changed(state, instruction, this.#cmdIsSet);
    const { range: _, text: __, ...words } = instruction;
    const epoch = world.epoch?.toString();
    const key = keyOf({ type: 'config', parent: state.imageKey, words: words as unknown as Value, epoch }); // prettier-ignore
    const cached = await this.#find(key);
    this.#note(step, cached, { parent: state.imageKey, key, inputs: () => setting('value', text) });
    const kept = isHit(cached) ? cached : { key, text, created: createdNow(world) };
    if (!isHit(cached)) await keepStep(world.store.layout, kept, undefined);
    world.used.set(key, kept);
    const { created } = kept;
    const history = [...state.history, historyEntry(text, created, false)];
    return {
      isCached: isHit(cached),
      state: { ...state, config, history, created, imageKey: key, author: author ?? state.author },
    };
  }

  async #makeLayer(planned: LayerStep, state: State, step: Step): Promise<Made> {
    const quick = planned.quickKey === undefined ? undefined : await this.#find(planned.quickKey);
    const parent = state.filesKey;
    const { used } = this.#options.world;
    if (isHit(quick)) {
      used.set(quick.key, quick);
      if (planned.quickKey !== undefined)
        used.set(planned.quickKey, aliasOf(planned.quickKey, quick));
      this.#note(step, quick, { parent, key: quick.key, inputs: () => undefined });
      return { isCached: true, state: extended(state, quick, planned) };
    }
    const { key, inputs } = await planned.identify();
    const cached = await this.#find(key);
    this.#note(step, cached, { parent, key, inputs });
    const { layout } = this.#options.world.store;
    const made = isHit(cached) ? cached : await this.#makeOnce(planned, key);
    if (!isHit(cached) || planned.quickKey !== undefined) {
      await keepStep(layout, made, planned.quickKey);
    }
    used.set(key, made);
    if (planned.quickKey !== undefined) used.set(planned.quickKey, aliasOf(planned.quickKey, made));
    return { isCached: isHit(cached), state: extended(state, made, planned) };
  }

  #makeOnce(planned: LayerStep, key: Digest): Promise<CachedStep> {
    const { making } = this.#options.world;
    const made = making.get(key) ?? this.#make(planned, key);
    making.set(key, made);
    return made;
  }

  async #make(planned: LayerStep, key: Digest): Promise<CachedStep> {
    const { world } = this.#options;
    const layer = await planned.make();
    world.signal.throwIfAborted();
    const created = createdNow(world);
    return { key, created, text: planned.text, ...(layer !== undefined && { layer }) };
  }

  async #find(key: Digest): Promise<Cached> {
    if (!this.#useCache) return undefined;
    const { world } = this.#options;
    const found = await findStep(world.store.layout, key);
    return isHit(found) ? found : ((await world.imported.find(key, world)) ?? found);
  }

  #note(step: Step, cached: Cached, recorded: Sought): void {
    const { recorder, emit } = this.#options.world;
    if (isHit(cached)) {
      recorder.hit(step, recorded);
      return;
    }
    const reason = recorder.miss(step, recorded);
    if (!this.#useCache) emit({ type: 'missed', step, reason: { type: 'no-cache' } });
    else emit({ type: 'missed', step, reason: cached === 'gone' ? { type: 'gone' } : reason });
  }
}

const isHit = (cached: Cached): cached is CachedStep => cached !== undefined && cached !== 'gone';

function extended(state: State, { key, created, layer }: CachedStep, { text }: LayerStep): State {
  // What it made too: a step that is made anew may make something else, and what was cached above the old one is not of that.
  const files = keyOf({ type: 'files', step: key, layer: layer?.diffId });
  return {
    ...state,
    filesKey: files,
    imageKey: keyOf({ type: 'layer', parent: state.imageKey, files, text }),
    layers: layer === undefined ? state.layers : [...state.layers, layer],
    history: [...state.history, historyEntry(text, created, layer !== undefined)],
    created,
  };
}

function changed(
  { config }: State,
  instruction: MetadataInstruction,
  cmdIsSet: boolean,
): ReturnType<typeof changeConfig> {
  try {
    return changeConfig(config, instruction, { cmdIsSet });
  } catch (cause) {
    throw new BuildError('ARGUMENT_INVALID', (cause as Error).message, { cause });
  }
}
