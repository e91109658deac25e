import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { makeImageLayout, scriptedRegistry } from '@ctrkit/testing';
import type { ImageParts, MadeImage, ScriptedRegistry } from '@ctrkit/testing';

/** A registry whose images the test puts there, and whose answers it may hold back. */
export interface LayoutRegistry extends AsyncDisposable {
  readonly server: ScriptedRegistry;
  /** Puts an image there, as HOST/NAME:latest. */
  readonly add: (name: string, parts: ImageParts) => Promise<MadeImage>;
  /** How often a digest was asked for. */
  readonly count: (digest: string) => number;
  /** Waited for before a request is answered. */
  hold: (url: string) => Promise<void> | undefined;
}

/** Starts one; its blobs lie below a directory of the test. */
export async function layoutRegistry(directory: string): Promise<LayoutRegistry> {
  const layout = join(directory, 'registry');
  const manifests = new Map<string, MadeImage['manifest']>();
  const send = (response: ServerResponse, digest: string, headers: object): void => {
    response.writeHead(200, { ...headers, 'docker-content-digest': digest });
    createReadStream(join(layout, 'blobs/sha256', digest.slice('sha256:'.length))).pipe(response);
  };
  const server = await scriptedRegistry(async ({ url = '' }, response) => {
    await registry.hold(url);
    const [, name = '', kind, wanted = ''] =
      /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
    const manifest = manifests.get(name);
    if (kind === 'blobs') send(response, wanted, {});
    else if (manifest !== undefined)
      send(response, manifest.digest, { 'content-type': manifest.mediaType }); // prettier-ignore
    else response.writeHead(url === '/v2/' ? 200 : 404).end();
  });
  const registry: LayoutRegistry = {
    server,
    hold: () => undefined,
    add: async (name, parts) => {
      const image = await makeImageLayout(layout, parts);
      manifests.set(name, image.manifest);
      return image;
    },
    count: (digest) => server.requests.filter(({ url }) => url.endsWith(digest)).length,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return registry;
}
