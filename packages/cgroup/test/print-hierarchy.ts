import { join } from 'node:path';
import { detectHierarchy } from '../src/index.ts';

// Run by a test as another user: what that user may use below a root that the test made.
const [, , root = ''] = process.argv;
const { kind, base, controllers } = await detectHierarchy({
  root,
  mountinfo: join(root, '..', 'mountinfo'),
  self: join(root, '..', 'self'),
});
process.stdout.write(JSON.stringify({ kind, base, controllers: [...controllers.keys()] }));
