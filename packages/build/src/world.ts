import { join } from 'node:path';
import type { Engine } from '@ctrkit/engine';
import type { CachedStep, ImageStore } from '@ctrkit/image-store';
import type { Digest, Platform } from '@ctrkit/oci';
import type { BuildEvent } from './build-event.ts';
import type { ImportedCache } from './cache/imported-cache.ts';
import type { Recorder } from './cache/recorder.ts';
import type { BuildOptions } from './build-options.ts';

/** What all stages of a build share. */
export interface World {
  readonly engine: Engine;
  readonly store: ImageStore;
  readonly options: BuildOptions;
  /** Fails with the first stage that does. */
  readonly signal: AbortSignal;
  /** Of the image that is built. */
  readonly platform: Platform;
  /** The time of everything, in milliseconds since 1970, where it is given. */
  readonly epoch: number | undefined;
  readonly recorder: Recorder;
  readonly imported: ImportedCache;
  /** Steps that are being made, by key: another stage may ask for the same. */
  readonly making: Map<Digest, Promise<CachedStep>>;
  /** The cached steps that the build is made of, by key. */
  readonly used: Map<Digest, CachedStep>;
  /** The ids of the cache mounts that its RUNs ask for. */
  readonly cacheMounts: Set<string>;
  /** Layers that are not on the disk yet. */
  readonly unsynced: Set<string>;
  readonly emit: (event: BuildEvent) => void;
  /** What must last as long as the build, and not longer. */
  readonly keep: (resource: Disposable | AsyncDisposable) => void;
}

/** Now, or the time that the build is given; RFC 3339. */
export const createdNow = ({ epoch }: Pick<World, 'epoch'>): string =>
  new Date(epoch ?? Date.now()).toISOString();

/** The time of every entry of a layer, in nanoseconds, where it is given. */
export const entryTime = ({ epoch }: Pick<World, 'epoch'>): bigint | undefined =>
  epoch === undefined ? undefined : BigInt(epoch) * 1_000_000n;

/** Where builds keep what later ones may use. */
export const cacheDirectory = ({ engine }: Pick<World, 'engine'>): string =>
  join(engine.root, 'build-cache');
