export { parseGroup, parsePasswd } from './account-files.ts';
export type { GroupEntry, PasswdEntry } from './account-files.ts';
export { chainIds } from './chain-id.ts';
export {
  defaultCapabilities,
  defaultDeviceLinks,
  defaultDeviceRules,
  defaultDevices,
  defaultMounts,
  defaultPath,
  dockerCapabilities,
  maskedPaths,
  readonlyPaths,
} from './default-sandbox.ts';
export { defaultSeccomp } from './default-seccomp.ts';
export { defaultSpec } from './default-spec.ts';
export { parseDescriptor } from './descriptor.ts';
export type { Descriptor } from './descriptor.ts';
export { digestAlgorithm, digestHex, digestOf, isDigest, parseDigest } from './digest.ts';
export type { Digest, DigestAlgorithm } from './digest.ts';
export { execForm } from './exec-form.ts';
export { globMatcher } from './glob.ts';
export { parseGoDuration } from './go-duration.ts';
export { parseImageConfig } from './image-config.ts';
export type { Healthcheck, HistoryEntry, ImageConfig, ImageRunConfig } from './image-config.ts';
export { parseImageIndex } from './image-index.ts';
export type { ImageIndex } from './image-index.ts';
export { entrypointOf, imageToProcess } from './image-to-process.ts';
export type { ImageProcess, ProcessOverrides } from './image-to-process.ts';
export { parseJson } from './json.ts';
export type { JsonLimits } from './json.ts';
export type * from './linux-resources.ts';
export { isLoopbackRegistry } from './loopback.ts';
export { parseManifest } from './manifest.ts';
export type { ImageManifest } from './manifest.ts';
export { parseManifestOrIndex } from './manifest-or-index.ts';
export type { ManifestOrIndex } from './manifest-or-index.ts';
export {
  isIndexType,
  isManifestType,
  isSchema1Type,
  layerCompression,
  mediaTypes,
} from './media-types.ts';
export type { Compression } from './media-types.ts';
export { OciError } from './oci-error.ts';
export type { OciErrorCode } from './oci-error.ts';
export {
  archName,
  formatPlatform,
  hostPlatform,
  normalizePlatform,
  parsePlatform,
} from './platform.ts';
export type { Platform } from './platform.ts';
export { quote } from './quote.ts';
export { familiarReference, formatReference, isNameOnly, parseReference } from './reference.ts';
export type { Reference } from './reference.ts';
export { hasOnlyRoot, isMappedId, rootlessSpec, withUserNamespace } from './rootless-spec.ts';
export type { ContainerIds } from './rootless-spec.ts';
export type * from './runtime-spec.ts';
export type * from './seccomp.ts';
export { selectPlatform } from './select-platform.ts';
export { expandWord, expandWords } from './shell-words.ts';
export type { Variables, WordOptions } from './shell-words.ts';
export { splitWords } from './split-words.ts';
export { resolveGroup, resolveUser } from './user.ts';
export type { AccountFiles, ResolvedUser } from './user.ts';
export { isSpace } from './white-space.ts';
