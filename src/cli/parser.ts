/** Turns one word of the command line into a value; throws RunctlError USAGE (or a closer code) with the wrong word. */
export type Parser<Value> = (text: string) => Value;
