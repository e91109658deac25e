/** What is released together, the last one first. */
export class Resources implements AsyncDisposable {
  readonly #resources: (Disposable | AsyncDisposable)[] = [];

  add(resource: Disposable | AsyncDisposable): void {
    this.#resources.push(resource);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const resource of this.#resources.toReversed()) {
      if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
      else resource[Symbol.dispose]();
    }
  }
}
