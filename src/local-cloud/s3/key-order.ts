const lastCodePoint = 0x10ffff;

/**
 * The least text that sorts after every text that begins with `prefix`, by UTF-8 bytes; undefined when
 * there is none. Keys with the prefix are those in `[prefix, afterPrefix(prefix))`.
 */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (char) => char.codePointAt(0)!);
  while (points.length > 0) {
    const last = points.pop()!;
    if (last === lastCodePoint) continue;
    // U+D800 to U+DFFF are no characters: nothing in UTF-8 sorts there.
    const next = last + 1 === 0xd800 ? 0xe000 : last + 1;
    return String.fromCodePoint(...points, next);
  }
  return undefined;
}

/** The least text that sorts after `key`. */
export const justAfter = (key: string): string => `${key}\0`;
