import { join } from 'node:path';
import { busyboxConfig, busyboxEntries } from './busybox.ts';
import { makeImageLayout } from './image-layout.ts';
import type { MadeImage } from './image-layout.ts';
import { run } from './run.ts';
import { tarOf, writeEntries } from './tar-of.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Fills a directory with a root file system of busybox. Needs `command:busybox`. */
export async function makeBusyboxRootfs(directory: string): Promise<void> {
  await writeEntries(directory, await busyboxEntries());
}

/**
 * Writes an OCI layout that holds busybox as `latest` (or `tag`), `CMD ["sh"]`. Needs
 * `command:busybox`.
 */
export async function makeBusyboxLayout(
  directory: string,
  options: { tag?: string } = {},
): Promise<MadeImage> {
  return makeImageLayout(directory, {
    layers: [tarOf(await busyboxEntries())],
    config: busyboxConfig,
    ...options,
  });
}

/**
 * Pushes busybox with skopeo, so that somebody else's client wrote what is read.
 * @param registryOrigin of a registry that speaks plain http, such as `http://127.0.0.1:5000`
 * @param name repository with or without a tag, such as `busybox` or `library/busybox:1.0`
 * Needs `command:busybox`, `command:skopeo`.
 */
export async function pushBusybox(registryOrigin: string, name = 'busybox'): Promise<MadeImage> {
  await using directory = await temporaryDirectory();
  const layout = join(directory.path, 'layout');
  const made = await makeBusyboxLayout(layout);
  await pushLayout(layout, 'latest', registryOrigin, name);
  return made;
}

/** Pushes an image of a layout with skopeo; see pushBusybox. */
export async function pushLayout(
  layout: string,
  tag: string,
  registryOrigin: string,
  name: string,
): Promise<void> {
  const { code, stderr } = await run([
    'skopeo',
    '--insecure-policy',
    'copy',
    '--quiet',
    '--dest-tls-verify=false',
    `oci:${layout}:${tag}`,
    `docker://${new URL(registryOrigin).host}/${name}`,
  ]);
  if (code !== 0) throw new Error(`skopeo ended with ${code}: ${stderr.trim()}`);
}
