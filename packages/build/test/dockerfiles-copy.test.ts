/** As dockerfiles.test.ts, in a process of its own. */
import { test } from 'uvu';
import { holdGroups } from './dockerfiles/hold-groups.ts';
import { testedGroups } from './dockerfiles/tested-groups.ts';

holdGroups(...testedGroups.copies);
test.run();
