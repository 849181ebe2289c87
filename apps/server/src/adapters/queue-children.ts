/**
 * By how much the `n` of children have to grow, so that none is used twice: another claim of their message may have given
 * the same ones to children of its own meanwhile.
 *
 * @param lastN - the largest `n` that was ever given in the message
 * @example stepOfChildren([{ n: 2 }, { n: 3 }], 2) // 1
 */
export function stepOfChildren(children: readonly { readonly n: number }[], lastN: number): number {
  return children.reduce((step, { n }) => Math.max(step, lastN + 1 - n), 0);
}
