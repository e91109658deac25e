import { adoptBlob, hasBlob } from '@ctrkit/layout';
import { RegistryError } from '../registry-error.ts';
import { createChannel } from './channel.ts';
import type { Channel } from './channel.ts';
import { fillPartial } from './fill-partial.ts';
import { claimPartial } from './partial.ts';
import type { Partial } from './partial.ts';
import type { BlobJob } from './blob-job.ts';

/** A blob that is fetched; it is in the layout when `kept` resolves. */
export interface Download {
  /** Bytes that came from the registry. */
  fetched: number;
  kept: Promise<void>;
}

/**
 * Brings a blob into the layout, unless it is there. What an interrupted download left is verified and
 * continued. Only one process downloads it at a time; the others wait, and then find it there. Resolves
 * when the network has done its part: syncing to disk then goes on beside the next download. Throws
 * DIGEST_MISMATCH, what `RegistryClient.fetchBlob` throws, what the reader throws, durable's errors.
 */
export async function downloadBlob(job: BlobJob): Promise<Download> {
  const { layout, blob, signal } = job;
  if (await hasBlob(layout, blob)) return exists(job);
  const partial = await claimPartial(layout, blob.digest, job.locker, signal);
  try {
    // Who had the claim before may have moved the file away; this one was then made by claiming it.
    if (!(await hasBlob(layout, blob))) {
      // Only with the claim in hand: who waits for another process must not keep others from the network.
      const fetched = await job.gate.run(async () => await fetchInto(partial, job));
      return { fetched, kept: keep(partial, job) };
    }
    await partial.remove();
  } catch (error) {
    if (!(await isWorthKeeping(partial, error, signal))) await partial.remove();
    await partial.release();
    throw error;
  }
  await partial.release();
  return exists(job);
}

async function keep(partial: Partial, { layout, blob, report, syncing }: BlobJob): Promise<void> {
  try {
    await partial.handle.chmod(0o644);
    await syncing.run(async () => {
      await adoptBlob(layout, partial.path, blob, { verified: true });
    });
    report('downloaded', blob.size);
  } finally {
    await partial.release();
  }
}

function exists({ report, blob }: BlobJob): Download {
  report('exists', blob.size);
  return { fetched: 0, kept: Promise.resolve() };
}

async function fetchInto(partial: Partial, job: BlobJob): Promise<number> {
  job.signal.throwIfAborted();
  const { size } = await partial.handle.stat();
  const outcome = await fillWithReader(partial, job);
  if (outcome.verified) return outcome.fetched;
  if (size === 0 && !job.client.hasMirrors(job.reference)) throw mismatch(job);
  // Its beginning was of something else, or damaged by a power cut, or a mirror has other bytes.
  await partial.handle.truncate(0);
  job.report('retrying', 0);
  const again = await fillWithReader(partial, { ...job, originOnly: true });
  if (again.verified) return again.fetched;
  throw mismatch(job);
}

async function fillWithReader(
  partial: Partial,
  job: BlobJob,
): Promise<{ verified: boolean; fetched: number }> {
  if (job.reader === undefined) return await fillPartial(partial, job, undefined);
  const channel = createChannel();
  const reading = job.reader(job.blob, channel.stream);
  // Its failure is told below, after the download, which goes on without it.
  reading.catch(() => undefined);
  const outcome = await fillAndEnd(partial, job, channel);
  // Of a reader that was misled, only the end counts.
  if (outcome.verified) await reading;
  else await reading.catch(() => undefined);
  return outcome;
}

async function fillAndEnd(
  partial: Partial,
  job: BlobJob,
  channel: Channel,
): Promise<{ verified: boolean; fetched: number }> {
  try {
    const outcome = await fillPartial(partial, job, channel);
    if (outcome.verified) channel.end();
    else channel.fail(mismatch(job));
    return outcome;
  } catch (error) {
    channel.fail(error);
    throw error;
  }
}

// What broke off can be continued; what is wrong can not.
async function isWorthKeeping(
  { handle }: Partial,
  error: unknown,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await handle.stat()).size === 0) return false;
  if (signal.aborted || !(error instanceof RegistryError)) return true;
  return error.code !== 'DIGEST_MISMATCH' && error.code !== 'SIZE_MISMATCH';
}

function mismatch({ blob, reference }: BlobJob): RegistryError {
  const what = `blob ${blob.digest}: ${reference.registry} sent other bytes than those of that digest`;
  return new RegistryError('DIGEST_MISMATCH', what, {
    hint: 'the registry, or something on the way, altered it: do not use this image',
  });
}
