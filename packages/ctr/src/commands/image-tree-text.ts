import { formatBytes, printable } from '@ctrkit/cli-kit';
import { digestHex } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import type { ImageTree, LayerNode } from '@ctrkit/engine';

const shortId = (id: Digest): string => digestHex(id).slice(0, 12);
const tagsOf = (tags: readonly string[]): string => `[${tags.join(' ')}]`;

// One that is not unpacked has only the size of its blob.
function sizeOf({ size, blobSize }: LayerNode): string {
  return size === undefined ? `${formatBytes(blobSize)} (compressed)` : formatBytes(size);
}

function lineOf(node: LayerNode): string {
  const names = node.images.flatMap(({ id, tags }) => (tags.length > 0 ? tags : [shortId(id)]));
  const top = names.length === 0 ? '' : ` Top Layer of: ${tagsOf(names)}`;
  return `ID: ${shortId(node.diffId)} Size: ${sizeOf(node)}${top}`;
}

/** Layers, each with what stands on it below it; one alone upon another one alone is a line on the same level. */
function* linesOf(nodes: readonly LayerNode[], indent: string): Generator<string> {
  const [first] = nodes;
  const isChain = nodes.length === 1 && first?.layers.length === 1;
  for (const [index, node] of nodes.entries()) {
    const isLast = index === nodes.length - 1 && !isChain;
    yield `${indent}${isLast ? '└──' : '├──'} ${lineOf(node)}`;
    yield* linesOf(node.layers, isChain ? indent : `${indent}${isLast ? '    ' : '│   '}`);
  }
}

/** A tree of layers as podman prints that of one image; that of several has no head. */
export function treeText({ image, layers }: ImageTree): string {
  const head =
    image === undefined
      ? []
      : [
          `Image ID: ${shortId(image.id)}`,
          `Tags:     ${tagsOf(image.tags)}`,
          `Size:     ${formatBytes(image.size)}`,
        ];
  const lines = [...head, 'Image Layers', ...linesOf(layers, '')];
  return lines.map((line) => `${printable(line)}\n`).join('');
}
