/** Where events became durable. In the spool they have no position yet. */
export type Written = { readonly place: 'store'; readonly firstPosition: number } | { readonly place: 'spool' };
