// Takes a lock, says so, and holds it until it is killed or its input ends.
import { acquireLock } from '@ctrkit/durable';

const [path = '', kind] = process.argv.slice(2);
const lock = await acquireLock(path, { shared: kind === 'shared' });
process.stdout.write(lock === undefined ? 'refused\n' : 'held\n');
process.stdin.resume();
process.stdin.on('end', () => lock?.release());
