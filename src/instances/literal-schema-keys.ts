import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/**
 * Has esbuild leave out what the SDK's schemas say of operations that nobody calls: 1 MB of an agent's 1.9 MB, which
 * each start would compile. Their keys are computed from constants (`[_n]: 0`), and what computes might do something.
 */
export const literalSchemaKeys: Plugin = {
  name: "literal schema keys",
  setup(build) {
    build.onLoad({ filter: /[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const constants = new Map(
        [...text.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm)].map(([, name, value]) => [
          name,
          value,
        ]),
      );
      const literal = (all: string, name: string) =>
        constants.has(name) ? `${constants.get(name)}:` : all;
      return { contents: text.replaceAll(/\[(_\w+)\]:/g, literal), loader: "js" };
    });
  },
};
