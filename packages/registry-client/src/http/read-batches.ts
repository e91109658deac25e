import type { IncomingMessage } from 'node:http';
import { RegistryError } from '../registry-error.ts';
import { ChunkList } from './chunk-list.ts';
import type { HttpAnswer } from './exchange.ts';
import { explainNetworkError, unreachable } from './network-error.ts';
import type { Timeouts } from './timeouts.ts';

// Chunks come in 64 KiB; handing them on by the dozen spares a turn of the loop for each.
const WORTH_HANDING_ON = 512 * 1024;
const MOST_WAITING = 1024 * 1024;
const LONGEST_WAIT_MS = 50;

/**
 * The body of an answer as it came from the wire, in batches of chunks, with at most about 1 MiB
 * waiting here. Content-Encoding is not undone: what is verified are the bytes that were sent. Throws
 * REGISTRY_UNREACHABLE, transient, when the connection breaks or stalls before the body's end.
 */
export async function* readBatches(
  answer: HttpAnswer,
  timeouts: Timeouts,
): AsyncGenerator<Buffer[], void, undefined> {
  const { message, url } = answer;
  const inbox = new Inbox(message);
  const stopWatch = watchForStall(inbox, message, url, timeouts);
  try {
    for (let batch = await inbox.take(); batch.length > 0; batch = await inbox.take()) yield batch;
  } catch (error) {
    throw explainNetworkError(error, url);
  } finally {
    stopWatch();
    // Unread rest: the connection is of no further use.
    if (!message.readableEnded) message.destroy();
  }
}

/**
 * The whole body of an answer, within `documentMs`. Throws RESPONSE_TOO_LARGE beyond `maxBytes`, before more is read, and
 * what `readBatches` throws.
 */
export async function readWhole(
  answer: HttpAnswer,
  maxBytes: number,
  timeouts: Timeouts,
): Promise<Buffer> {
  const { documentMs } = timeouts;
  const timer = setTimeout(() => {
    const why = `not all of a document within ${documentMs / 1000} s`;
    answer.message.destroy(unreachable(answer.url, why));
  }, documentMs);
  try {
    return await readAtMost(answer, maxBytes, timeouts);
  } finally {
    clearTimeout(timer);
  }
}

async function readAtMost(
  answer: HttpAnswer,
  maxBytes: number,
  timeouts: Timeouts,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = Number(answer.headers['content-length'] ?? 0);
  if (total <= maxBytes) total = 0;
  for await (const batch of total > maxBytes ? [] : readBatches(answer, timeouts)) {
    for (const chunk of batch) {
      total += chunk.length;
      chunks.push(chunk);
    }
    if (total > maxBytes) break;
  }
  if (total <= maxBytes) return Buffer.concat(chunks);
  answer.message.destroy();
  const what = `${answer.url.host}: an answer of more than ${maxBytes} bytes`;
  throw new RegistryError('RESPONSE_TOO_LARGE', what);
}

/** Collects what arrives, and holds the sender back while too much waits. */
class Inbox {
  readonly #message: IncomingMessage;
  readonly #chunks = new ChunkList();
  #bytes = 0;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Bytes that arrived so far, for whoever watches. */
  received = 0;

  constructor(message: IncomingMessage) {
    this.#message = message;
    message.on('data', (chunk: Buffer) => this.#put(chunk));
    message.on('end', () => this.#finish());
    message.on('error', (error) => this.#finish(error));
    message.on('close', () => this.#finish(message.complete ? undefined : brokenOff()));
  }

  /** The next batch; an empty one at the end. */
  async take(): Promise<Buffer[]> {
    if (this.#bytes < WORTH_HANDING_ON && !this.#isOver()) await this.#more();
    if (this.#failure !== undefined && this.#bytes === 0) throw this.#failure;
    const batch = this.#chunks.takeAll();
    this.#bytes = 0;
    if (this.#message.isPaused()) this.#message.resume();
    return batch;
  }

  #isOver(): boolean {
    return this.#ended || this.#failure !== undefined;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        clearTimeout(this.#timer);
        this.#timer = undefined;
        resolve();
      };
      if (this.#bytes > 0) this.#soon();
    });
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => this.#wake?.(), LONGEST_WAIT_MS);
  }

  #put(chunk: Buffer): void {
    this.#chunks.add(chunk);
    this.#bytes += chunk.length;
    this.received += chunk.length;
    if (this.#bytes >= MOST_WAITING) this.#message.pause();
    if (this.#wake === undefined) return;
    if (this.#bytes >= WORTH_HANDING_ON) this.#wake();
    else this.#soon();
  }

  #finish(error?: Error): void {
    if (this.#isOver()) return;
    if (error === undefined) this.#ended = true;
    else this.#failure = error;
    this.#wake?.();
  }
}

function brokenOff(): Error {
  return Object.assign(new Error('the connection broke off'), { code: 'ECONNRESET' });
}

// Bytes that drip count as silence (slow loris); our own holding back does not.
function watchForStall(
  inbox: Inbox,
  message: IncomingMessage,
  url: URL,
  { idleMs, minimumBytes }: Timeouts,
): () => void {
  let before = 0;
  let quiet = 0;
  const timer = setInterval(() => {
    const enough = inbox.received - before >= minimumBytes / 2;
    quiet = enough || message.isPaused() ? 0 : quiet + 1;
    before = inbox.received;
    if (quiet < 2) return;
    clearInterval(timer);
    message.destroy(unreachable(url, `no more data for ${idleMs / 1000} s`));
  }, idleMs / 2);
  return () => clearInterval(timer);
}
