/**
 * What is below each directory. Asked as often as an archive likes: what is found is taken out, so that all answers together
 * cost no more than what was put in.
 */
export class Descendants {
  readonly #children = new Map<string, Set<string>>();

  constructor(paths: Iterable<string>) {
    for (const path of paths) this.add(path);
  }

  add(path: string): void {
    let child = path;
    for (let end = child.lastIndexOf('/'); end > 0; end = child.lastIndexOf('/')) {
      const parent = child.slice(0, end);
      const siblings = this.#children.get(parent);
      if (siblings !== undefined) {
        siblings.add(child);
        return;
      }
      this.#children.set(parent, new Set([child]));
      child = parent;
    }
  }

  /** All paths below one, which are forgotten; also of directories that only what is in them implies. */
  take(path: string): string[] {
    const taken: string[] = [];
    const queue = [path];
    for (let parent = queue.pop(); parent !== undefined; parent = queue.pop()) {
      for (const child of this.#children.get(parent) ?? []) {
        taken.push(child);
        queue.push(child);
      }
      this.#children.delete(parent);
    }
    return taken;
  }
}
