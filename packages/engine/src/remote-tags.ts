import { familiarReference, parseReference } from '@ctrkit/oci';

/**
 * The names of every tag that a repository has in its registry, in their familiar form, in the registry's order. Throws
 * RegistryError.
 */
export async function* remoteTags(
  name: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<string, void, undefined> {
  const { userRegistryClient } = await import('@ctrkit/registry-client');
  const { registry, repository } = parseReference(name);
  const client = await userRegistryClient();
  try {
    const tags = client.tags({ registry, repository }, signal === undefined ? {} : { signal });
    for await (const tag of tags) yield familiarReference({ registry, repository, tag });
  } finally {
    client.close();
  }
}
