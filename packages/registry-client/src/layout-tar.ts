// In a module of its own, which is loaded where an archive is read or written: the library behind it is large.
export { readLayoutTar, writeLayoutTar } from '@ctrkit/layout';
