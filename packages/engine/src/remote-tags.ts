import { familiarReference, parseReference } from '@ctrkit/oci';

/** How tags are listed. */
export interface RemoteTagsOptions {
  readonly signal?: AbortSignal;
  /** Told of files of the user that may not be read, and are left out. */
  readonly onMessage?: (text: string) => void;
}

/**
 * The names of every tag that a repository has in its registry, in their familiar form, in the registry's order. Throws
 * RegistryError.
 */
export async function* remoteTags(
  name: string,
  { signal, ...told }: RemoteTagsOptions = {},
): AsyncGenerator<string, void, undefined> {
  const { userRegistryClient } = await import('@ctrkit/registry-client');
  const { registry, repository } = parseReference(name);
  const client = await userRegistryClient(told);
  try {
    const tags = client.tags({ registry, repository }, signal === undefined ? {} : { signal });
    for await (const tag of tags) yield familiarReference({ registry, repository, tag });
  } finally {
    client.close();
  }
}
