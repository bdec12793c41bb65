// Keys and paths are of others, and may hold line breaks and codes that steer a terminal.

const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Without any control character; JSON itself leaves DEL and those above it as they are. */
export const inOneLine = (text: string) => text.replaceAll(/\p{Cc}/gu, escaped);

/** The same for text of several lines, as programs write it. */
export const inLines = (text: string) => text.replaceAll(/[^\P{Cc}\n\t]/gu, escaped);

export const quoted = (name: string) => inOneLine(JSON.stringify(name));

/** As it is, where it has no control character. */
export const quotedIfNeeded = (name: string) => (/\p{Cc}/u.test(name) ? quoted(name) : name);
