export { openImageStore } from './image-store.ts';
export type { ImageStore } from './image-store.ts';
export { serveRegistry } from './serve/serve-registry.ts';
export type { RunningRegistry, ServeEvent, ServeOptions } from './serve/serve-registry.ts';
export { ImageStoreError } from './image-store-error.ts';
export type { ImageStoreErrorCode, ImageStoreErrorFields } from './image-store-error.ts';
export type { GarbageOptions, GarbageResult } from './collect-garbage.ts';
export { newestFirst } from './filter.ts';
export type { ImageFilter } from './filter.ts';
export type { FindOptions, StoredImage } from './find.ts';
export type { HistoryItem } from './history.ts';
export type { ImageRecord } from './image-record.ts';
export type { ImageUser } from './image-user.ts';
export type { ImageDetails } from './inspect.ts';
export { parseCachedLayer, parseCachedStep } from './build-cache/cached-step.ts';
export type { CachedLayer, CachedStep } from './build-cache/cached-step.ts';
export {
  countCachedSteps,
  listCachedSteps,
  readCachedStep,
  removeCachedStep,
  touchCachedStep,
  writeCachedStep,
} from './build-cache/step-files.ts';
export { removeCachedSteps } from './build-cache/remove-steps.ts';
export { ociLayers, wholeHistory } from './base-image.ts';
export { exposedPorts } from './changes/ports.ts';
export { named, withEntries } from './entries.ts';
export { parseName } from './tag.ts';
export { writeImage } from './write-image.ts';
export type { CommitOptions } from './commit.ts';
export type { ExportOptions } from './export.ts';
export { formatImageLock, lockedReference, parseImageLock } from './image-lock.ts';
export type { ImageLock, LockedImage } from './image-lock.ts';
export type { ImportFilesystemOptions } from './import-filesystem.ts';
export type { ImportOptions, ImportSource } from './import.ts';
export type { OnlyImage } from './only-entry.ts';
export type { Lease, LeaseScope } from './lease.ts';
export type { ListOptions } from './list.ts';
export { byImage, hasTag, namesOf } from './names.ts';
export type { ImageNames } from './names.ts';
export type { MutateOptions } from './mutate.ts';
export type { PruneOptions } from './prune.ts';
export type { RebaseOptions } from './rebase.ts';
export type { RemoveOptions, RemoveResult } from './remove.ts';
export type { ImageUsage, StoreUsage } from './usage.ts';
export { imageFilter, listFilters, pruneFilters } from './filter-text.ts';
export type { FilterText } from './filter-text.ts';
export type { Problem, ProblemCode } from './verify/problem.ts';
export type { FetchAgain } from './verify/repair.ts';
export type { VerifyOptions, VerifyResult } from './verify/verify-images.ts';
