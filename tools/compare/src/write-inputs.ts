import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DockerfileCase } from './dockerfile-case.ts';
import { changeTime, writeContext } from './write-context.ts';

/** Where the inputs of a case lie. */
export interface CaseInputs {
  readonly context: string;
  /** Relative to the context. */
  readonly dockerfile: string;
  /** Directories by name. */
  readonly contexts: Readonly<Record<string, string>>;
  /** Files by id. */
  readonly secrets: Readonly<Record<string, string>>;
}

async function writeDockerfile(
  context: string,
  { dockerfile, file }: DockerfileCase,
): Promise<void> {
  const path = join(context, file ?? 'Dockerfile');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, dockerfile);
}

/** Writes a case below an empty directory; the Dockerfile stands in the context. */
export async function writeInputs(directory: string, one: DockerfileCase): Promise<CaseInputs> {
  const context = join(directory, 'context');
  const contexts = Object.keys(one.contexts ?? {}).map((name) => [name, join(directory, 'contexts', name)] as const); // prettier-ignore
  const secrets = Object.keys(one.secrets ?? {}).map((id) => [id, join(directory, id)] as const);
  await mkdir(context, { recursive: true });
  await writeContext(context, one.files ?? {});
  await writeDockerfile(context, one);
  for (const [name, path] of contexts) {
    await mkdir(path, { recursive: true });
    await writeContext(path, one.contexts?.[name] ?? {});
  }
  for (const [id, path] of secrets) await writeFile(path, one.secrets?.[id] ?? '');
  return {
    context,
    dockerfile: one.file ?? 'Dockerfile',
    contexts: Object.fromEntries(contexts),
    secrets: Object.fromEntries(secrets),
  };
}

/** Writes what is different the second time over what writeInputs has written. */
export async function writeChanges(inputs: CaseInputs, one: DockerfileCase): Promise<void> {
  await writeContext(inputs.context, one.again?.files ?? {}, changeTime);
  if (one.again?.dockerfile !== undefined) {
    await writeDockerfile(inputs.context, { ...one, dockerfile: one.again.dockerfile });
  }
}
