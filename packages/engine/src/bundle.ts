import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeSpec } from '@ctrkit/oci';
import { readContainerRecord } from './container-record.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';

/** The runtime spec that a container was made with. Throws CONTAINER_DAMAGED; CONTAINER_NOT_FOUND where it was removed meanwhile. */
export function readSpec(engine: Engine, id: string): RuntimeSpec {
  const path = join(containerDirectory(engine, id), 'bundle/config.json');
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RuntimeSpec;
  } catch (cause) {
    if (readContainerRecord(engine, id) === undefined) {
      throw new EngineError('CONTAINER_NOT_FOUND', `No such container: ${id}`, { cause });
    }
    throw new EngineError('CONTAINER_DAMAGED', `${path}: cannot be read`, {
      cause,
      hint: `ctr rm ${id.slice(0, 12)} removes what is left of the container`,
    });
  }
}
