import { RegistryError } from '../registry-error.ts';

/** Another registry that has the same images. */
export interface Mirror {
  /** As the user wrote it, for people. */
  name: string;
  /** `host` or `host:port`: whose credentials and certificates are used. */
  registry: string;
  /** What stands in front of the names of repositories there; empty for nothing. */
  namespace: string;
  /** The scheme, where it was written. */
  scheme: 'http' | 'https' | undefined;
}

const host = String.raw`(?:[A-Za-z\d](?:[\w.-]*[A-Za-z\d])?|\[[\dA-Fa-f:]+\])(?::\d{1,5})?`;
const part = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const grammar = new RegExp(`^(?:(https?)://)?(${host})((?:/${part})*)/?$`);

/**
 * Reads `[http://|https://]HOST[:PORT][/NAMESPACE]`. Without a scheme it is https, or what is allowed for that host.
 * Throws REGISTRIES_INVALID.
 */
export function parseMirror(text: string): Mirror {
  const match = grammar.exec(text);
  if (match === null) {
    throw new RegistryError('REGISTRIES_INVALID', 'this is not the address of a mirror', {
      hint: 'a mirror is written [https://]HOST[:PORT][/NAMESPACE]',
    });
  }
  const [, scheme, registry = '', path = ''] = match;
  return {
    name: text,
    registry: registry.toLowerCase(),
    namespace: path.slice(1),
    scheme: scheme === 'http' || scheme === 'https' ? scheme : undefined,
  };
}

/** How a repository is called at a mirror. */
export function atMirror({ namespace }: Mirror, repository: string): string {
  return namespace === '' ? repository : `${namespace}/${repository}`;
}
