import { parseDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { BuildError } from '../build-error.ts';
import { fetchForAdd } from '../context/fetch-for-add.ts';
import { openGitContext } from '../context/git-context.ts';
import { parseGitRemote } from '../context/git-remote.ts';
import type { GitRemote } from '../context/git-remote.ts';
import type { SourceTree } from '../context/source.ts';
import type { AddInstruction } from '../dockerfile/instruction.ts';
import type { Place } from '../stage/place.ts';
import { cacheDirectory } from '../world.ts';
import { planCopy } from './copy.ts';
import type { Copying } from './copy.ts';
import type { CopySource } from './copy-source.ts';
import type { LayerStep } from './layer-step.ts';

/** What a source of ADD is, where it is no path of the context. */
type Remote =
  | { readonly type: 'git'; readonly remote: GitRemote }
  | { readonly type: 'url'; readonly url: URL };

function remoteOf(source: string): Remote | undefined {
  const remote = parseGitRemote(source);
  if (remote !== undefined) return { type: 'git', remote };
  return /^https?:\/\//i.test(source) ? { type: 'url', url: new URL(source) } : undefined;
}

const opened = (tree: SourceTree): CopySource => ({
  key: undefined,
  state: undefined,
  tree: () => Promise.resolve(tree),
});

function checksumOf({ checksum }: AddInstruction): Digest | undefined {
  return checksum === undefined ? undefined : parseDigest(checksum);
}

interface Fetched {
  readonly tree: SourceTree;
  readonly source: string;
}

async function fetched(
  { world, signal }: Place,
  remote: Remote,
  instruction: AddInstruction,
): Promise<Fetched> {
  // prettier-ignore
  const options = { cacheDirectory: cacheDirectory(world), signal };
  if (remote.type === 'git') {
    const { keepGitDir } = instruction;
    return { tree: await openGitContext(remote.remote, { ...options, keepGitDir, ignore: [] }), source: '/' }; // prettier-ignore
  }
  const file = await fetchForAdd(remote.url, { ...options, checksum: checksumOf(instruction) });
  if (file.name !== undefined || !instruction.destination.endsWith('/')) {
    return { tree: file, source: file.source };
  }
  await file[Symbol.asyncDispose]();
  throw new BuildError('DESTINATION_INVALID', `cannot determine filename for source ${remote.url.href}`, { hint: 'name the file at the end of the destination' }); // prettier-ignore
}

/**
 * ADD: as COPY, but archives at hand are unpacked, and a source may be a URL or a repository of git. Throws SOURCE_NOT_FOUND,
 * CHECKSUM_MISMATCH, CONTEXT_INVALID, ARGUMENT_INVALID, DESTINATION_INVALID. https://docs.docker.com/reference/dockerfile/#add
 */
export async function planAdd(place: Place, instruction: AddInstruction): Promise<LayerStep> {
  const { sources, heredocs, checksum, unpack } = instruction;
  const copying: Copying = { ...instruction, from: undefined, parents: false, unpack: unpack ?? true }; // prettier-ignore
  const remotes = sources.map(remoteOf);
  const [remote] = remotes;
  if (remotes.every((one) => one === undefined)) {
    if (checksum !== undefined) throw new BuildError('ARGUMENT_INVALID', 'checksum can\'t be specified for local sources'); // prettier-ignore
    return planCopy(place, copying, await place.source(undefined));
  }
  if (remote === undefined || sources.length > 1 || heredocs.length > 0) {
    throw new BuildError('ARGUMENT_INVALID', 'ADD of a URL or a repository takes one source', {
      hint: 'write an ADD for each of them',
    });
  }
  const { tree, source } = await fetched(place, remote, instruction);
  place.world.keep(tree);
  // An archive that was fetched stays one, unless it is said otherwise.
  const step = { ...copying, sources: [source], unpack: unpack === true, written: sources };
  return planCopy(place, step, opened(tree));
}
