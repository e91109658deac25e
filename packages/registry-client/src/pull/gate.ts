/** Lets so many tasks run at a time; the others wait, first come, first served. */
export interface Gate {
  run<T>(task: () => Promise<T>): Promise<T>;
}

export function createGate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];
  return {
    run: async (task) => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        // The place is handed on, not freed, so that nobody gets in between.
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}
