import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";

/** Version by name of what is installed of the tools that the benchmark can use. */
export function findTools(): Readonly<Partial<Record<string, string>>> {
  return {
    nginx: version("nginx", "-v"),
    openssl: version("openssl", "version"),
    taskset: version("taskset", "--version"),
    cc: version("cc", "--version"),
    libssl: version(
      "sh",
      "-c",
      "echo '#include <openssl/opensslv.h>' | cc -E -dM - | sed -n 's/^#define OPENSSL_VERSION_TEXT \"\\(.*\\)\"/\\1/p'",
    ),
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
  // Nothing said is nothing there.
  return status === 0 ? `${stdout}${stderr}`.trim().split("\n")[0] || undefined : undefined;
}

type Tools = ReturnType<typeof findTools>;

/** @returns the programs by the name of their source; those that the tools here cannot make are missing. */
export function compileLoops(directory: string, { cc, libssl }: Tools): Record<string, string> {
  const flags = { "download-loop": [], "small-loop": [], "tls-loop": ["-lssl", "-lcrypto"] };
  return Object.fromEntries(
    Object.entries(flags)
      .filter(([, { length }]) => cc && (length === 0 || libssl))
      .map(([name, libraries]) => {
        const program = join(directory, name);
        const source = join(import.meta.dirname, `${name}.c`);
        execFileSync("cc", ["-O2", "-o", program, source, ...libraries]);
        return [name, program];
      }),
  );
}
