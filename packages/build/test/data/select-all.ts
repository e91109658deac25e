// Does with a context what a build does: arguments are its directory, the cache's, and `digest`, `contents` or `die`.
import { openDirectoryContext } from '@ctrkit/build';

const [path = '', cacheDirectory = '', mode = ''] = process.argv.slice(2);
await using context = await openDirectoryContext(path, { cacheDirectory });
for (const sources of [['.'], ['d*'], ['.']]) {
  const selection = await context.select({ sources });
  if (mode === 'die') process.kill(process.pid, 'SIGKILL');
  if (mode !== 'contents') continue;
  for (const entry of selection.matches.flatMap(({ entries }) => entries)) {
    for await (const { content } of selection.contents(entry))
      if (content.length === 0) throw new Error('nothing');
  }
}
