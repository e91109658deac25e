import { dirname, join } from 'node:path/posix';
import { sourceFiles } from './files.ts';
import { importsOf } from './imports.ts';
import { packagesOf } from './packages.ts';

type Graph = ReadonlyMap<string, readonly string[]>;

function graphOf(directory: string): Graph {
  const files = sourceFiles(directory, /^src\/.*\.ts$/);
  return new Map(
    files.map(({ path, text }) => {
      const near = importsOf(text).filter((specifier) => specifier.startsWith('.'));
      return [path, near.map((specifier) => join(dirname(path), specifier))];
    }),
  );
}

/** The way from a file back to itself; undefined where there is none. */
function circleOf(graph: Graph, start: string): readonly string[] | undefined {
  const seen = new Set<string>();
  const ways: (readonly string[])[] = [[start]];
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? start) ?? []) {
      if (next === start) return [...way, start];
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return undefined;
}

/** Files of a package that import each other in a circle, be it for types or later on: each circle once. */
export function importCircles(root: string): string[] {
  return packagesOf(root).flatMap(({ folder, directory }) => {
    const graph = graphOf(directory);
    const known = new Set<string>();
    return [...graph.keys()].flatMap((file) => {
      const circle = known.has(file) ? undefined : circleOf(graph, file);
      for (const one of circle ?? []) known.add(one);
      return circle === undefined ? [] : [`packages/${folder}: ${circle.join(' → ')}`];
    });
  });
}
