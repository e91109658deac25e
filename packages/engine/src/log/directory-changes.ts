import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';

function watchIfPossible(directory: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, onChange);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    // A user has 128 watchers (inotify(7)), and others may have taken them: whoever waits looks from time to time.
    return undefined;
  }
}

/** Tells when something in a directory changes, from now on. */
export class DirectoryChanges implements Disposable {
  readonly #watcher: FSWatcher | undefined;
  #hasChanged = false;
  #wake: (() => void) | undefined;

  constructor(directory: string) {
    this.#watcher = watchIfPossible(directory, () => {
      this.#hasChanged = true;
      this.#wake?.();
    });
  }

  /**
   * Waits for a change, for as long as given in milliseconds, or until the signal is aborted. Resolves to whether
   * there was a change since the last time that this was asked.
   */
  async next(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
    if (!this.#hasChanged && signal?.aborted !== true) {
      await this.#change(milliseconds, signal);
    }
    const changed = this.#hasChanged;
    this.#hasChanged = false;
    return changed;
  }

  #change(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wake = undefined;
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      signal?.addEventListener('abort', wake);
      this.#wake = wake;
    });
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
  }
}
