import { errnoOf } from '@ctrkit/durable';
import { RegistryError } from '../registry-error.ts';

// Asking again at once changes nothing about these.
const lasting: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'no such host',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
};

const passing: Readonly<Record<string, string>> = {
  ECONNRESET: 'connection reset',
  ECONNABORTED: 'connection reset',
  EPIPE: 'connection reset',
  ETIMEDOUT: 'connection timed out',
  EAI_AGAIN: 'the name server does not answer',
};

/** The RegistryError for a request that got no answer; one that is explained already stays as it is. */
export function explainNetworkError(error: unknown, url: URL): unknown {
  if (error instanceof RegistryError || !(error instanceof Error)) return error;
  // Whoever aborted knows the reason better.
  if (error.name === 'AbortError') return error;
  const code = errnoOf(error) ?? '';
  if (code in lasting || code in passing) {
    const { why, transient } = reasonOf(code);
    return unreachable(url, why, { cause: error, transient });
  }
  if (code.startsWith('HPE_') || code.startsWith('ERR_HTTP')) return notHttp(url, error);
  if (isTls(code)) return tlsFailed(url, code, error);
  return unreachable(url, code === '' ? error.message : code, { cause: error });
}

/** An error of the system in words, and whether it may pass. What is not known is told as it is. */
export function reasonOf(code: string): { why: string; transient: boolean } {
  return { why: lasting[code] ?? passing[code] ?? code, transient: !(code in lasting) };
}

/** REGISTRY_UNREACHABLE, worth another try unless said otherwise. */
export function unreachable(
  url: URL,
  why: string,
  fields: { cause?: unknown; transient?: boolean } = {},
): RegistryError {
  return new RegistryError('REGISTRY_UNREACHABLE', `${url.host}: cannot be reached: ${why}`, {
    hint: 'check the name and port of the registry, and that it is running',
    transient: true,
    ...fields,
  });
}

function isTls(code: string): boolean {
  return /^(?:ERR_(?:TLS|SSL)|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/.test(
    code,
  );
}

/** Whether a TLS_FAILED is because the other side does not speak TLS at all. */
export function speaksPlainHttp({ cause }: RegistryError): boolean {
  return isNotTls(errnoOf(cause) ?? '');
}

function isNotTls(code: string): boolean {
  return code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER';
}

/** Whether a TLS_FAILED is because nobody whom we trust vouches for the certificate. */
export function isUntrusted(error: unknown): boolean {
  const isTlsFailure = error instanceof RegistryError && error.code === 'TLS_FAILED';
  return isTlsFailure && /ISSUER|SELF_SIGNED|UNABLE_TO_VERIFY/.test(errnoOf(error.cause) ?? '');
}

function tlsFailed(url: URL, code: string, cause: Error): RegistryError {
  const plain = isNotTls(code);
  const why = plain ? 'it does not speak TLS' : `its certificate is not trusted (${code})`;
  return new RegistryError('TLS_FAILED', `${url.host}: no secure connection: ${why}`, {
    hint: plain
      ? 'only registries on loopback, and those that are listed as insecure, may speak plain http'
      : `put the certificate of its authority into certs.d/${url.host}/ca.crt, below /etc/docker or ~/.config/docker`,
    cause,
  });
}

function notHttp(url: URL, cause: Error): RegistryError {
  const what = `${url.host}: answered what is not HTTP`;
  return new RegistryError('PROTOCOL_ERROR', what, {
    hint: 'does a registry listen there, and does it speak plain http?',
    cause,
  });
}
