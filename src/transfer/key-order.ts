/**
 * The order of S3's listings: by the UTF-8 bytes of the keys. JavaScript compares UTF-16 units, which is another
 * order where surrogates meet characters from U+E000 on.
 *
 * @returns below, at or above zero.
 */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const [one, other] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (one !== other) return inCodePointOrder(one) - inCodePointOrder(other);
  }
  return left.length - right.length;
}

/** Moves surrogates, which stand for U+10000 and above, behind all other units. */
const inCodePointOrder = (unit: number) =>
  unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
