import { errnoOf } from '@ctrkit/durable';
import { openImageStore, parseName } from '@ctrkit/image-store';
import type { ImageStore } from '@ctrkit/image-store';
import type { Engine } from '@ctrkit/engine';
import { hostPlatform, parsePlatform } from '@ctrkit/oci';
import { syncLayers } from '@ctrkit/rootfs';
import { BuildError } from './build-error.ts';
import type { Step } from './build-event.ts';
import type { BuildOptions } from './build-options.ts';
import type { BuildResult } from './build-result.ts';
import { exportCache } from './cache/export-cache.ts';
import { ImportedCache } from './cache/imported-cache.ts';
import { Recorder } from './cache/recorder.ts';
import { forgetLayer } from './cache/step-cache.ts';
import { trimCache } from './cache/trim-cache.ts';
import { globalArguments, platformArguments, unusedArguments } from './dockerfile/arguments.ts';
import { deliver } from './output/deliver.ts';
import { Resources } from './resources.ts';
import { sweepRunContainers } from './run-containers.ts';
import { numberSteps } from './stage/number-steps.ts';
import { neededStages, planStages, targetStage } from './stage/plan-stages.ts';
import { StageBuilder } from './stage/stage-builder.ts';
import type { State } from './state.ts';
import type { World } from './world.ts';

/** Times at most that a build begins again because a cached layer turned out to be damaged. */
const TRIES = 100;

/**
 * Builds an image by a Dockerfile: the stages that it needs, at the same time where they can be, each step from the cache where all
 * that it depends on is as it was. The names come last, all at once; after an error no image shows, and what was made until then is cached.
 *
 * Throws BuildError: DOCKERFILE_INVALID, STAGE_NOT_FOUND, ARGUMENT_INVALID, CONTEXT_INVALID, SOURCE_NOT_FOUND, DESTINATION_INVALID,
 * STEP_FAILED (with `exitCode`), SECRET_NOT_FOUND, CHECKSUM_MISMATCH, BASE_CHANGED; what `prepareImage` and `runContainer` of engine throw,
 * ImageStoreError NAME_INVALID, the reason of `signal`.
 */
export async function buildImage(engine: Engine, options: BuildOptions): Promise<BuildResult> {
  const { signal, names = [] } = options;
  signal?.throwIfAborted();
  for (const name of names) parseName(name);
  const store = await openImageStore(engine);
  await sweepRunContainers(engine);
  // What is made is nobody's until the image has a name, and what is found must not go meanwhile.
  await using _ = await store.lease('everything', signal === undefined ? {} : { signal });
  for (let tries = 1; ; tries++) {
    try {
      return await buildOnce(engine, store, options);
    } catch (error) {
      if (tries === TRIES || !forgetDamaged(store, error)) throw error;
    }
  }
}

// A cached layer that is not what it should be is as good as none.
function forgetDamaged({ layout }: ImageStore, error: unknown): boolean {
  const { digest, layer } = (error ?? {}) as { digest?: unknown; layer?: unknown };
  const damaged = [digest, layer].filter((id) => typeof id === 'string');
  return damaged.some((id) => forgetLayer(layout, id));
}

async function buildOnce(
  engine: Engine,
  store: ImageStore,
  options: BuildOptions,
): Promise<BuildResult> {
  // prettier-ignore
  const failed = new AbortController();
  const { signal = failed.signal } = options;
  await using resources = new Resources();
  using imported = new ImportedCache(store);
  const world: World = {
    engine,
    store,
    options,
    signal: AbortSignal.any([signal, failed.signal]),
    platform: options.platform === undefined ? hostPlatform() : parsePlatform(options.platform),
    epoch: epochOf(options),
    imported,
    used: new Map(),
    cacheMounts: new Set(),
    unsynced: new Set(),
    making: new Map(),
    recorder: new Recorder(engine, options.origin ?? options.dockerfile.path),
    emit: (event) => options.onEvent?.(event),
    keep: (resource) => resources.add(resource),
  };
  try {
    await imported.add(options.cacheFrom ?? [], world);
    const { state, step } = await buildTarget(world, failed);
    await exportCache(world, options.cacheTo ?? []);
    const result = await deliver(world, withLabels(state, options), step);
    world.emit({ type: 'built', imageId: result.imageId, names: result.names });
    return result;
  } finally {
    await leaveForNext(world);
  }
}

// It explains, and keeps the cache small: no build fails for that, and no other error is lost.
async function leaveForNext({ recorder, store, unsynced }: World): Promise<void> {
  try {
    // All at once: until then a power cut costs the layers, which are made again.
    if (unsynced.size > 0) syncLayers([...unsynced]);
    await recorder.save();
    trimCache(store.layout);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/** What is built, and the last step of it. */
interface BuiltState {
  readonly state: State;
  readonly step: Step;
}

async function buildTarget(world: World, failed: AbortController): Promise<BuiltState> {
  const { options } = world;
  const { dockerfile, buildArgs = new Map<string, string>() } = options;
  const platforms = { build: hostPlatform(), target: world.platform };
  const target = targetStage(options);
  const predefined = platformArguments(platforms, options.target);
  const variables = globalArguments(dockerfile, predefined, buildArgs);
  const stages = planStages(options, variables);
  const needed = neededStages(stages, target);
  const steps = numberSteps(stages, needed);
  const builder = new StageBuilder(world, { stages, variables, steps });
  // All of them at once: each waits for those that it is made of, which stand above it, so that none has to begin another.
  const states = [...needed]
    .toSorted((a, b) => a - b)
    .map(async (index) => {
      try {
        return await builder.stage(index);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    });
  await Promise.allSettled(states);
  if (failed.signal.aborted) throw failed.signal.reason;
  warnOfUnused(world, predefined);
  const step = steps.get(target)?.at(-1);
  if (step === undefined) throw new RangeError(`no stage ${target}`);
  return { state: await builder.stage(target), step };
}

// What means something to the build itself is taken, whether an ARG takes it or not.
const isOwn = (name: string): boolean =>
  name === 'SOURCE_DATE_EPOCH' || name.startsWith('BUILDKIT_');

function warnOfUnused({ options, emit }: World, predefined: ReadonlyMap<string, string>): void {
  const { dockerfile, buildArgs = new Map<string, string>() } = options;
  const unused = unusedArguments(dockerfile, predefined, buildArgs).filter((name) => !isOwn(name));
  if (unused.length === 0) return;
  const message = `[Warning] One or more build-args [${unused.join(' ')}] were not consumed`;
  emit({ type: 'warning', message, range: undefined });
}

/** https://reproducible-builds.org/specs/source-date-epoch/ */
function epochOf({ buildArgs }: BuildOptions): number | undefined {
  const text = buildArgs?.get('SOURCE_DATE_EPOCH');
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,11}$/.test(text)) return Number(text) * 1000;
  throw new BuildError('ARGUMENT_INVALID', `invalid SOURCE_DATE_EPOCH: ${text}`, {
    hint: 'it is a number of seconds since 1970',
  });
}

function withLabels(state: State, { labels }: BuildOptions): State {
  if (labels === undefined || Object.keys(labels).length === 0) return state;
  const { config } = state;
  return { ...state, config: { ...config, Labels: { ...config.Labels, ...labels } } };
}
