/** `--root`, which every command has. */
export const rootOption: {
  readonly root: { readonly type: 'string'; readonly valueName: 'DIR'; readonly describe: string };
} = {
  root: {
    type: 'string',
    valueName: 'DIR',
    describe:
      'Where images and layers are (default: $CTR_ROOT, /var/lib/ctr or ~/.local/share/ctr)',
  },
};
