export { adoptLayer } from './adopt-layer.ts';
export type { AdoptLayerOptions } from './adopt-layer.ts';
export { collectLayers, discardLayer, storedLayers, storedLayerSize } from './collect-layers.ts';
export type { CollectedLayers, CollectLayersOptions } from './collect-layers.ts';
export { copyEntries, copyTree } from './copy-tree.ts';
export { ensureLayers } from './ensure-layers.ts';
export type { EnsureLayersOptions } from './ensure-layers-options.ts';
export { findStored, isUnpacked, layersOf } from './image-layers.ts';
export { storageOf } from './storage.ts';
export type { Storage } from './storage.ts';
export type { ImageLayer, LayeredImage } from './image-layers.ts';
export type { StoredLayer } from './find-layer.ts';
export { claimIds, claimLayers, sweepClaims } from './layer-claims.ts';
export type { LayerClaim } from './layer-claims.ts';
export type { OnEvent, RootfsEvent } from './events.ts';
export { moveContents } from './move-contents.ts';
export type { MoveOptions } from './move-contents.ts';
export { bytesBelow } from './bytes-below.ts';
export { copyOwnership } from './copy-ownership.ts';
export { giveTo } from './give-to.ts';
export { choosePrivilege } from './privilege.ts';
export type { Privilege } from './privilege.ts';
export { isKeptAttribute } from './layer/kept-attribute.ts';
export { findChanges } from './pack/find-changes.ts';
export type { Change } from './pack/find-changes.ts';
export { packChanges } from './pack/pack-changes.ts';
export type { PackChangesOptions } from './pack/pack-changes.ts';
export type { ChangesOptions } from './pack/upper-entries.ts';
export { comparePaths } from './pack/paths.ts';
export { packTree } from './pack/pack-tree.ts';
export type { PackTreeOptions } from './pack/pack-tree.ts';
export { newEntry } from './pack/new-entry.ts';
export type { NewEntry } from './pack/new-entry.ts';
export { packEntries } from './pack/pack-entries.ts';
export type { PackedRecord, PackOptions, RemovedName } from './pack/pack-entries.ts';
export { packDifference } from './pack/pack-difference.ts';
export type { PackDifferenceOptions } from './pack/pack-difference.ts';
export { copyUpper, syncFiles } from './copy-upper.ts';
export { emptyUpper, shareUpper } from './share-upper.ts';
export type { SharedUpper } from './share-upper.ts';
export { isSharedUpper } from './find-layer.ts';
export { removeTree } from './remove-tree.ts';
export { RootfsError } from './rootfs-error.ts';
export type { RootfsErrorCode } from './rootfs-error.ts';
export type { TarLimits } from './tar/tar-reader.ts';
export { isTarHeader } from './tar/header.ts';
export { unpackArchive } from './unpack-archive.ts';
export type { UnpackArchiveOptions } from './unpack-archive.ts';
export { unpackInto } from './unpack-layer.ts';
export type { UnpackedLayer, UnpackOptions } from './unpack-layer.ts';
export { bundleSpec } from './bundle-spec.ts';
export type { BundleChoices } from './bundle-spec.ts';
export { findImage } from './find-image.ts';
export type { FoundImage } from './find-image.ts';
export { readFileOf } from './read-file.ts';
export { readFiles } from './read-files.ts';
export {
  directoryTree,
  mountDirectory,
  joinedTree,
  joinedTreeWithout,
  layersTree,
  mountLayers,
  mountWritable,
  runningTree,
} from './tree.ts';
export type { RunningRoot, Tree, WritableLayers } from './tree.ts';
export { syncLayers } from './layer-store.ts';
export { makePlaces, placesIn } from './copy/places.ts';
export { explainImage, unpackImage } from './unpack-image.ts';
export type { UnpackImageOptions } from './unpack-image.ts';
export { writeLayerBlob } from './written-layer.ts';
export type { LayerBlob, WrittenLayer } from './written-layer.ts';
export { writeLayer } from './write-layer.ts';
export type { WriteLayerOptions } from './write-layer.ts';
export { writeBundle } from './write-bundle.ts';
export type { WriteBundleOptions } from './write-bundle.ts';
export type { FileAspect, FileChange } from './files/diff-files.ts';
export { diffImages } from './files/diff-images.ts';
export { verifyLayer } from './files/verify-layer.ts';
export type { LayerDamage } from './files/verify-layer.ts';
export { listLayerFiles } from './files/list-files.ts';
export type { ListedEntry } from './files/list-files.ts';
export type { CopyRecord } from './copy/copy-record.ts';
export { findPath, followPath } from './copy/find-path.ts';
export type { FindOptions, FoundPlace } from './copy/find-path.ts';
export { mergeCopied } from './copy/merge-copied.ts';
export type { CopyOwner, MergeOptions } from './copy/merge-copied.ts';
export { placeCopy } from './copy/place-copy.ts';
export type { CopyPlace, CopyPlaces } from './copy/place-copy.ts';
export { readArchive } from './copy/read-archive.ts';
export { walkCopied } from './copy/walk-copied.ts';
export type { WalkCopiedOptions } from './copy/walk-copied.ts';
export { writeArchive } from './copy/write-archive.ts';
