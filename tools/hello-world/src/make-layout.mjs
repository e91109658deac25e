import { readFile, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { nameAnnotations, openLayout, tagManifest, writeBlob } from '@ctrkit/layout';
import { digestOf, hostPlatform, mediaTypes } from '@ctrkit/oci';
import { Header } from 'tar';

/** The date of everything in the image: a build tomorrow makes the same bytes. */
const date = new Date('2025-01-01T00:00:00Z');

/**
 * A tar archive of one executable that belongs to root.
 * @param {string} path
 * @param {Buffer} content
 */
function archiveOf(path, content) {
  const block = Buffer.alloc(512);
  const fields = { path, type: /** @type {const} */ ('File'), mode: 0o755, uid: 0, gid: 0 };
  new Header({ ...fields, mtime: date, size: content.length }).encode(block, 0);
  // Contents fill up whole blocks, and two empty ones end an archive.
  const padding = Buffer.alloc(((512 - (content.length % 512)) % 512) + 1024);
  return Buffer.concat([block, content, padding]);
}

/** @param {unknown} value */
const json = (value) => Buffer.from(JSON.stringify(value));

/**
 * Writes an image whose only file is `/hello` into a new OCI layout, as `docker.io/library/hello-world:latest`.
 * @param {string} program what becomes /hello
 * @param {string} directory the layout; an old one is replaced
 */
export async function makeLayout(program, directory) {
  await rm(directory, { recursive: true, force: true });
  const layout = await openLayout(directory, { create: true });
  const store = async (/** @type {string} */ mediaType, /** @type {Uint8Array} */ bytes) => ({
    mediaType,
    ...(await writeBlob(layout, undefined, Readable.from([bytes]))),
  });

  const archive = archiveOf('hello', await readFile(program));
  const layer = await store(mediaTypes.layerGzip, gzipSync(archive, { level: 9 }));
  const platform = hostPlatform();
  const config = await store(
    mediaTypes.config,
    json({
      created: date.toISOString(),
      ...platform,
      config: { Cmd: ['/hello'] },
      rootfs: { type: 'layers', diff_ids: [digestOf(archive)] },
      history: [{ created: date.toISOString(), created_by: 'tools/hello-world' }],
    }),
  );
  const manifest = await store(
    mediaTypes.manifest,
    json({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer] }),
  );
  const annotations = nameAnnotations('docker.io/library/hello-world:latest');
  await tagManifest(layout, 'latest', { ...manifest, platform, annotations });
}
