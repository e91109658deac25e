import { printableLine } from '@ctrkit/cli-kit';
import type { Output } from '@ctrkit/cli-kit';
import type { Prunable } from '@ctrkit/engine';
import { digestHex } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';

/** Lists what is about to be removed, a line each. */
export function printPrunable(
  { containers, images, volumes }: Prunable,
  output: Output,
  layers: readonly Digest[] = [],
): void {
  const lines = [
    ...containers.map(({ id, name, image }) => `container ${id.slice(0, 12)} ${name} (${image})`),
    ...images.map(({ id, name }) => `image ${digestHex(id).slice(0, 12)} ${name ?? '<none>'}`),
    ...volumes.map(({ name }) => `volume ${name}`),
    ...layers.map((id) => `layer ${digestHex(id).slice(0, 12)} (no image has it)`),
  ];
  if (lines.length > 0) output.write(`${lines.map(printableLine).join('\n')}\n\n`);
}
