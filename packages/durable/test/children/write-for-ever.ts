// Replaces one file again and again, each time with so many equal letters, until it is killed.
import { writeFileAtomic } from '@ctrkit/durable';

const [path = '', size = '0'] = process.argv.slice(2);
for (let round = 0; ; round += 1) {
  const letter = String.fromCharCode(97 + (round % 26));
  await writeFileAtomic(path, letter.repeat(Number(size)));
  if (round === 0) process.stdout.write('written\n');
}
