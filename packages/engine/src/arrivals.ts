import type { Descriptor } from '@ctrkit/oci';

interface Arrival {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function newArrival(): Arrival {
  let settle: Pick<Arrival, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Whoever reads the blob gets the error; nobody has to.
  promise.catch(() => {});
  return { promise, resolve: () => settle?.resolve(), reject: (error) => settle?.reject(error) };
}

/** Blobs on their way into a layout, each to be used as soon as it is there, while others are still coming. */
export class Arrivals {
  readonly #arrivals = new Map<string, Arrival>();
  #failure: { readonly error: unknown } | undefined;

  /** The blob is in the layout. */
  arrived(digest: string): void {
    this.#of(digest).resolve();
  }

  /** What has not arrived will not. */
  fail(error: unknown): void {
    this.#failure = { error };
    for (const arrival of this.#arrivals.values()) arrival.reject(error);
  }

  /** Resolves when a blob is there. Throws what `fail` was told. */
  async of({ digest }: Descriptor): Promise<void> {
    await this.#of(digest).promise;
  }

  #of(digest: string): Arrival {
    const arrival = this.#arrivals.get(digest) ?? newArrival();
    this.#arrivals.set(digest, arrival);
    if (this.#failure !== undefined) arrival.reject(this.#failure.error);
    return arrival;
  }
}
