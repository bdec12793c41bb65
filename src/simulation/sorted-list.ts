/** Index of the last element that is at most `value`; 0 if all are greater. */
export function lastAtOrBefore(ascending: Float64Array, value: number): number {
  return Math.max(0, firstAfter(ascending, value) - 1);
}

/** Index of the first element that is greater than `value`; the length if there is none. */
export function firstAfter(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
