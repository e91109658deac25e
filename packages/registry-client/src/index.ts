export type { CredentialProvider, Credentials } from './auth/credentials.ts';
export { authFilePaths, dockerConfigPath, loginPath } from './auth/auth-file-path.ts';
export type { HelperOptions } from './auth/credential-helper.ts';
export { forgetLogin, keepLogin } from './auth/keep-login.ts';
export type { KeptLogin } from './auth/keep-login.ts';
export { otherLogins } from './auth/other-logins.ts';
export { logIn } from './auth/log-in.ts';
export type { LogInOptions } from './auth/log-in.ts';
export { parseServer, serverAddress } from './auth/registry-key.ts';
export { dockerConfigCredentials, storedCredentials } from './auth/stored-credentials.ts';
export type { StoredCredentialsOptions } from './auth/stored-credentials.ts';
export type { OnMessage } from './out-of-reach.ts';
export type { BlobOptions } from './fetch-blob.ts';
export type { FetchedManifest } from './fetch-manifest.ts';
export { fetchUrl } from './fetch-url.ts';
export type { FetchedUrl, FetchUrlOptions } from './fetch-url.ts';
export { certificateDirectories } from './http/certificates.ts';
export { environmentProxy } from './http/proxy.ts';
export type { ProxyChoice } from './http/proxy.ts';
export type { RetryPolicy } from './http/retry.ts';
export type { Timeouts } from './http/timeouts.ts';
export type { BlobReader } from './pull/download-blob.ts';
export type {
  PullEvent,
  PullLayerEvent,
  PullMessageEvent,
  PullRateLimitEvent,
} from './pull/events.ts';
export { pull } from './pull/pull.ts';
export type { PullOptions, PullResult } from './pull/pull.ts';
export type { RateLimit } from './rate-limit.ts';
export { parseMirror } from './registries/mirror.ts';
export type { Mirror } from './registries/mirror.ts';
export { readRegistries, registriesPaths } from './registries/registries.ts';
export type { Registries } from './registries/registries.ts';
export { copy } from './copy/copy.ts';
export type { CopyOptions } from './copy/copy.ts';
export { sync } from './copy/sync.ts';
export type { Repository, SyncedTag, SyncOptions } from './copy/sync.ts';
export type { WantedPlatforms } from './push/choose-image.ts';
export type { PushEvent, PushLayerEvent, PushMessageEvent } from './push/events.ts';
export type { BlobSource } from './push/piece-reader.ts';
export { inspectRemote } from './inspect-remote.ts';
export type { RemoteImage } from './inspect-remote.ts';
export { annotateIndex } from './multi/annotate-index.ts';
export type { AnnotateOptions, IndexChange } from './multi/annotate-index.ts';
export { createIndex } from './multi/create-index.ts';
export type { CreatedIndex, CreateIndexOptions } from './multi/create-index.ts';
export { push } from './push/push.ts';
export type { PushOptions, PushResult } from './push/push.ts';
export type { ManifestBytes } from './push/put-manifest.ts';
export type { UploadOptions, UploadOutcome } from './push/upload-blob.ts';
export { createRegistryClient } from './registry-client.ts';
export type {
  MirrorOptions,
  PushBlobOptions,
  RegistryClient,
  RegistryClientOptions,
} from './registry-client.ts';
export { RegistryError } from './registry-error.ts';
export type { RegistryErrorCode } from './registry-error.ts';
export type { SearchResult } from './search.ts';
export { userRegistryClient } from './user-client.ts';
export type { UserClientOptions } from './user-client.ts';
