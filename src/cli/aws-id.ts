import { RunctlError } from "../errors.ts";
import type { Parser } from "./parser.ts";

/** An id of AWS's usual form, such as `subnet-0123456789abcdef0`; another form never reaches AWS. */
export function awsId(prefix: string): Parser<string> {
  const form = new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`);
  return (word) => {
    if (form.test(word)) return word;
    throw new RunctlError(
      "INVALID_ID",
      `'${word}' is not an id such as ${prefix}-0123456789abcdef0`,
      {
        hint: `an id of this kind is ${prefix}- and 8 or 17 hex digits`,
      },
    );
  };
}
