/** What is released together, the last one first. */
export class Resources implements AsyncDisposable {
  readonly #resources: (Disposable | AsyncDisposable)[] = [];

  add(resource: Disposable | AsyncDisposable): void {
    this.#resources.push(resource);
  }

  /** Throws what the first of them throws that fails, when the others have been released too. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (const resource of this.#resources.toReversed()) {
      try {
        if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
        else resource[Symbol.dispose]();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
