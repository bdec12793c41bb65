import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";

/** Version by name of what is installed of the tools that the benchmark can use. */
export function findTools(): Readonly<Partial<Record<string, string>>> {
  return {
    nginx: version("nginx", "-v"),
    openssl: version("openssl", "version"),
    taskset: version("taskset", "--version"),
    cc: version("cc", "--version"),
    rclone: version("rclone", "version"),
    aws: version("aws", "--version"),
    s5cmd: version("s5cmd", "version"),
    awscrt: version(
      "python3",
      "-c",
      "import awscrt, boto3; print(boto3.__version__, awscrt.__version__)",
    ),
  };
}

function version(program: string, ...words: string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8" });
  return status === 0 ? `${stdout}${stderr}`.trim().split("\n")[0] : undefined;
}

/** @returns the programs by the name of their source. */
export function compileLoops(directory: string): Record<string, string> {
  return Object.fromEntries(
    ["download-loop", "small-loop"].map((name) => {
      const program = join(directory, name);
      execFileSync("cc", ["-O2", "-o", program, join(import.meta.dirname, `${name}.c`)]);
      return [name, program];
    }),
  );
}
