export { adoptContainer } from './adopt-container.ts';
export type { AdoptContainerOptions } from './adopt-container.ts';
export { attachContainer } from './attach.ts';
export type { Attachment, AttachToOptions } from './attach.ts';
export { commitContainer } from './commit.ts';
export type { CommitContainerOptions } from './commit.ts';
export { containerChanges, containerTree, exportContainer } from './container-files.ts';
export type {
  BindMount,
  ContainerMount,
  MountPoint,
  Propagation,
  TmpfsMount,
  VolumeMount,
  VolumePoint,
} from './container-mount.ts';
export type { ContainerRecord } from './container-record.ts';
export type { ContainerState } from './container-state.ts';
export { buildCache } from './build-cache.ts';
export type { BuildCacheEntry } from './build-cache.ts';
export { prunableBuildCache, pruneBuildCache } from './prune-build-cache.ts';
export type { PruneBuildCacheOptions, PrunedBuildCache } from './prune-build-cache.ts';
export { createContainer } from './create.ts';
export type { CreateOptions } from './create.ts';
export { diffStoredImages } from './diff-images.ts';
export type { ConfigChange, ImageDifference } from './image-difference.ts';
export type { FileChange } from '@ctrkit/rootfs';
export { flattenImage } from './flatten-image.ts';
export type { FlattenImageOptions } from './flatten-image-options.ts';
export { forkContainer } from './fork.ts';
export type { ForkOptions } from './write-fork.ts';
export { openEngine } from './engine.ts';
export type { Engine, EngineDirectories } from './engine.ts';
export { EngineError } from './engine-error.ts';
export type { EngineErrorCode } from './engine-error.ts';
export { diskUsage } from './disk-usage.ts';
export type { DiskUsage, ImageDiskUsage } from './disk-usage.ts';
export { execInContainer } from './exec.ts';
export type { ExecOptions } from './exec.ts';
export type { ExitRecord } from './exit-record.ts';
export { filterContainers, type ContainerFilter, type FilterOptions } from './filter-containers.ts';
export { findContainer } from './find.ts';
export { pushImage } from './push-image.ts';
export type { PushedImage, PushImageOptions } from './push-image.ts';
export { remoteTags } from './remote-tags.ts';
export { prepareImage, prepareLayers, pullImage } from './image.ts';
export type { PrepareOptions, PulledImage, RunnableImage, UnnamedImage } from './image.ts';
export type { ImageEvent, ImageOptions } from './image-events.ts';
export { unpackedImage } from './image-size.ts';
export type { UnpackedImage } from './image-size.ts';
export { listImageFiles } from './image-files.ts';
export type { ListedFile, ListImageFilesOptions } from './listed-file.ts';
export { imageTree } from './image-tree.ts';
export type { ImageTree, LayerNode, NamedImage } from './image-tree.ts';
export { inspectImage } from './inspect-image.ts';
export type { GraphDriver } from './inspect-image.ts';
export { removeImage } from './remove-image.ts';
export type { RemoveImageOptions } from './remove-image.ts';
export { collectUnusedLayers, unusedLayers } from './unused-layers.ts';
export { hasLimits } from './limits.ts';
export type { Limits } from './limits.ts';
export { inspectContainer } from './inspect.ts';
export { containerLog } from './log/container-log.ts';
export type { ContainerLogOptions } from './log/container-log.ts';
export type { LogEntry } from './log/log-entry.ts';
export { inspectVolume } from './inspect-volume.ts';
export { listContainers } from './list.ts';
export type { Container } from './list.ts';
export {
  collectBlobs,
  findPrunable,
  findPrunableImages,
  pruneContainers,
  pruneImages,
} from './prune.ts';
export type { Prunable, PrunedContainers, PruneScope } from './prune.ts';
export type { AttachOptions, RunningContainer } from './launching.ts';
export type { VolumesFrom } from './mount-points.ts';
export { pullLocked } from './pull-locked.ts';
export { removeContainer } from './remove.ts';
export type { RemoveOptions } from './remove.ts';
export { pruneVolumes, removeVolume } from './remove-volume.ts';
export type { PrunedVolumes } from './remove-volume.ts';
export { IDS_OF_BLOCK } from './own-ids.ts';
export type { OwnIds } from './own-ids.ts';
export { runContainer } from './run.ts';
export type { RunOptions } from './run.ts';
export { signalNumber } from './signal-number.ts';
export type { NetworkMode, ProcessChoices } from './spec.ts';
export { startContainer } from './start.ts';
export { killContainer, stopContainer } from './stop.ts';
export type { StopOptions } from './stop.ts';
export { createVolume, findVolume, listVolumes } from './volume.ts';
export type { CreateVolumeOptions, Volume } from './volume.ts';
export type { VolumeRecord } from './volume-record.ts';
export { waitContainer } from './wait.ts';
export { sweep } from './sweep.ts';
export { verifyImages } from './verify-images.ts';
export type { DamagedLayer, VerifiedImages, VerifyImagesOptions } from './verified-images.ts';
export {
  archiveFromContainer,
  copyFromContainer,
  copyToContainer,
  unpackIntoContainer,
} from './copy.ts';
export type { CopyOptions } from './copy-options.ts';
