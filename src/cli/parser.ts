/** Turns one word of the command line into a value; throws RunctlError USAGE (or a closer code) with the wrong word. `position` counts the values of repeated flags in the order in which they were typed, over all such flags of a line. */
export type Parser<Value> = (text: string, position?: number) => Value;
