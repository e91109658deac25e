import type { OnEvent } from './events.ts';
import { LayerWriter } from './layer/layer-writer.ts';
import { PlanStream } from './layer/plan-stream.ts';
import { unpackStream } from './layer/unpack-stream.ts';
import { choosePrivilege } from './privilege.ts';
import type { TarLimits } from './tar/tar-reader.ts';

export interface UnpackArchiveOptions {
  /** An empty directory. */
  readonly directory: string;
  /** `root`: all belongs to root, and there are no devices. @default 'kept' */
  readonly owners?: 'kept' | 'root';
  readonly limits?: TarLimits | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: OnEvent | undefined;
}

async function* whileWanted(
  source: AsyncIterable<Buffer>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    signal?.throwIfAborted();
    yield chunk;
  }
}

/**
 * Unpacks an archive that is no layer: names that would mean something there are files like others. Nothing of it can lie
 * outside the directory, which holds a part of it after an error.
 * Throws LAYER_INVALID, NO_SPACE, UNPACK_FAILED, NO_USER_NAMESPACES, the reason of `signal`, what the source throws.
 */
export async function unpackArchive(
  source: AsyncIterable<Buffer>,
  options: UnpackArchiveOptions,
): Promise<void> {
  const { directory, owners = 'kept', limits, signal, onEvent } = options;
  const given = choosePrivilege();
  const privilege =
    owners === 'kept' ? given : { ...given, owners: 'root' as const, devices: false };
  const plan = new PlanStream([...privilege.before, { op: 'root', path: directory }]);
  try {
    const writer = new LayerWriter(plan, { application: 'plain', privilege, onEvent });
    await unpackStream({ bytes: whileWanted(source, signal), disposable: false }, writer, limits);
    await writer.finish();
    await plan.finish();
  } catch (error) {
    await plan.abandon();
    throw error;
  }
}
