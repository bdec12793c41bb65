/** What all drawings have in common, in units of their own: a page shows them as wide as it is. */
export const frame = { width: 960, left: 64, right: 940, top: 12 } as const;
