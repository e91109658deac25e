/** How long each stage of an exchange may take, in milliseconds. */
export interface Timeouts {
  /** Until the connection stands, TLS included. @default 15_000 */
  connectMs: number;
  /** From there until the answer's headers are complete. @default 60_000 */
  headersMs: number;
  /** The same for an answer that may wait until a blob is hashed and moved there. @default 300_000 */
  commitMs: number;
  /** Without `minimumBytes` of a body having arrived. @default 60_000 */
  idleMs: number;
  /** Bytes that an `idleMs` must bring for a body not to count as stalled. @default 1_024 */
  minimumBytes: number;
  /** From the headers of an answer until all of a document is here: a manifest, a page of a list, an error. @default 180_000 */
  documentMs: number;
}

export const defaultTimeouts: Timeouts = {
  connectMs: 15_000,
  headersMs: 60_000,
  commitMs: 300_000,
  idleMs: 60_000,
  minimumBytes: 1_024,
  documentMs: 180_000,
};
