/** A part of a file that is no hole, in bytes. */
export interface Segment {
  readonly offset: number;
  readonly length: number;
}
