// Takes the archive on its input into a layout.
import { openLayout, readLayoutTar } from '@ctrkit/layout';

const [directory = ''] = process.argv.slice(2);
const layout = await openLayout(directory, { create: true });
process.stdout.write('ready\n');
await readLayoutTar(process.stdin, layout);
