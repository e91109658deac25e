import { copyUpper, syncFiles } from '@ctrkit/rootfs';

/** Makes a container's files a copy of those of another, or of its image; on the disk with `sync`. Throws as `copyUpper`. */
export async function copyFiles(
  from: string,
  to: string,
  { sync }: { readonly sync: boolean },
): Promise<void> {
  await copyUpper(from, to);
  if (sync) await syncFiles(to);
}
