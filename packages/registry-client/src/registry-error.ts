export type RegistryErrorCode =
  | 'REGISTRY_UNREACHABLE'
  | 'TLS_FAILED'
  | 'REGISTRY_ERROR'
  | 'RATE_LIMITED'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'MANIFEST_UNKNOWN'
  | 'REPOSITORY_UNKNOWN'
  | 'BLOB_UNKNOWN'
  | 'DIGEST_MISMATCH'
  | 'SIZE_MISMATCH'
  | 'BLOB_TRUNCATED'
  | 'UPLOAD_UNKNOWN'
  | 'UPLOAD_TRUNCATED'
  | 'UNSUPPORTED'
  | 'IMAGE_INCOMPLETE'
  | 'RESPONSE_TOO_LARGE'
  | 'REDIRECT_REFUSED'
  | 'PROTOCOL_ERROR'
  | 'IMAGE_INVALID'
  | 'PLATFORM_NOT_FOUND'
  | 'CREDENTIALS_INVALID'
  | 'CREDENTIAL_HELPER_FAILED'
  | 'REGISTRY_NAME_INVALID'
  | 'REGISTRIES_INVALID'
  | 'CERTIFICATES_INVALID'
  | 'PROXY_FAILED';

/** What a RegistryError carries beside its message. */
export interface RegistryErrorFields {
  /** What to do about it, one line. */
  hint?: string;
  cause?: unknown;
  /** The HTTP status that was answered. */
  status?: number;
  /** The same request may well succeed later. @default false */
  transient?: boolean;
  /** Milliseconds that the registry asked us to wait. */
  retryAfterMs?: number;
}

/** What can go wrong between a registry and us. Messages name hosts and images, never credentials. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: RegistryErrorCode;
  readonly hint?: string;
  readonly status?: number;
  readonly transient: boolean;
  readonly retryAfterMs?: number;

  constructor(code: RegistryErrorCode, message: string, fields: RegistryErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = code;
    this.transient = fields.transient ?? false;
    if (fields.hint !== undefined) this.hint = fields.hint;
    if (fields.status !== undefined) this.status = fields.status;
    if (fields.retryAfterMs !== undefined) this.retryAfterMs = fields.retryAfterMs;
  }
}
