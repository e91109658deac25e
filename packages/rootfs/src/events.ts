/** What is worth knowing while something is unpacked. */
export type RootfsEvent =
  | {
      readonly type: 'layer';
      /** The layer's diff id. */
      readonly id: string;
      /** `exists`: it was unpacked before; nothing is done. */
      readonly status: 'exists' | 'unpacking' | 'done';
    }
  | {
      /** Something of a layer that cannot be made here, or of a tree that a layer cannot hold, was left out. */
      readonly type: 'dropped';
      readonly path: string;
      readonly what: 'device' | 'attribute' | 'link' | 'socket' | 'name' | 'contents';
      /** The attribute's name. */
      readonly attribute?: string;
    };

export type OnEvent = (event: RootfsEvent) => void;
