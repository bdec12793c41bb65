import { RunctlError } from "../../../errors.ts";
import type { Parser } from "../../parser.ts";

/**
 * A file or directory of this machine.
 *
 * @param other the command that goes the other way: who gives an address here may mean that one.
 */
export const localPath =
  (other: "upload" | "download"): Parser<string> =>
  (word) => {
    if (!word.startsWith("s3://")) return word;
    const line = other === "download" ? `${word} DIRECTORY` : `DIRECTORY ${word}`;
    throw new RunctlError("USAGE", `'${word}' is no file or directory of this machine`, {
      hint: `the other way it is: runctl s3 ${other} ${line}`,
    });
  };
